"""Who learns, who works here, and what was agreed.

In: the curriculum's course and what people tell us. Out: rows of subscribers, contacts, cohorts, enrolments,
consents, prompts and notice requests. Must never know: how, or whether, anything is sent.
"""
