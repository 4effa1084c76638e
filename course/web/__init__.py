"""Pages for subscribers and staff, and the doors for providers.

In: requests. Out: pages, and rows written through the rooms above. Must never know: how a message is sent.
"""
