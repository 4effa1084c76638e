"""A mailbox and a phone on this machine, so that the course runs with no provider account.

In: real SMTP from the `smtp` channel, and real HTTP from the `twilio` channel's own library.
Out: what a person types here, as real LMTP and as signed webhooks, and a page that shows both.
It is the independent witness of what went out: it keeps its own file, and must never know the course's
tables. The one thing it asks the course is what time it is.
"""
