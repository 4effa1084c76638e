"""What is taught, and when.

In flow the text of ``schedule.yaml`` and of the lesson, red-flag and safety files, and instants that a caller
hands over. Out flow one checked :class:`~course.curriculum.model.Course`, or every fault at once with file
and line, and the instants at which steps fall due. This room must never know a person, a database row,
Django, or what time it is now.
"""
