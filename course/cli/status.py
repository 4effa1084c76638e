"""`course status`: what is due, sent and waiting."""

from collections import Counter
from typing import Any

import click

from course import clock
from course.cli import tables
from course.cli.bootstrap import django_setup, emit
from course.delivery.models import Message
from course.discussion.models import Post
from course.people.models import Cohort, Enrolment
from course.replies.models import Reply


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Say what is due, sent and waiting."""
    django_setup()
    data = _status()
    if as_json:
        emit(data)
        return
    click.echo(f"Course time: {data['course_time']} UTC")
    click.echo(f"Cohorts: {data['cohorts']}. Replies not understood yet: {data['replies_waiting']}.")
    messages = [[*key.split("/"), count] for key, count in sorted(data["messages"].items())]
    tables.show("Messages", ["Class", "Channel", "State", "Count"], messages)
    tables.show("Enrolments", ["State", "Count"], sorted(data["enrolments"].items()))
    tables.show("Posts", ["State", "Count"], sorted(data["posts"].items()))


def _status() -> dict[str, Any]:
    messages = Message.objects.values_list("message_class", "channel", "state")
    return {
        "course_time": clock.course_now().strftime("%Y-%m-%d %H:%M"),
        "cohorts": Cohort.objects.count(),
        "enrolments": Counter(Enrolment.objects.values_list("state", flat=True)),
        "messages": Counter("/".join(row) for row in messages),
        "posts": Counter(Post.objects.values_list("state", flat=True)),
        "replies_waiting": Reply.objects.filter(understood_at__isnull=True).count(),
    }
