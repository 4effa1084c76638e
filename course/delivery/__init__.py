"""From due to delivered.

In: due enrolments and notice requests. Out: messages in the outbox, handed to a channel once, and what became
of each. Must never know: what a reply means, or who moderates it.
"""
