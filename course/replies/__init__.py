"""From raw reply to understood reply.

In: the bytes of a mail or text, from LMTP or a signed webhook. Out: a stored reply, what it asks us to do, its
red flags, and the notices it calls for. Must never know: what is published.
"""
