"""From held to published.

In: understood replies. Out: posts that a moderator decided on and their author agreed to. Must never know: how
a message travels; it writes notice requests.
"""
