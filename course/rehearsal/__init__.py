"""Asking "what would happen": the same planner and sender on a clock we turn.

In: the rows of people, delivery and replies. Out: whether anything due is unfinished, and the next instant at which
something is due. Must never know: a provider.
"""
