"""`course staff on-call`, `course staff phone` and `course staff list`: who is told of an emergency, when and how."""

import re

import click
from django.db import transaction

from course import clock, vault
from course.cli import tables
from course.cli.bootstrap import django_setup, emit, fail
from course.people import addresses, audit, on_call
from course.people.models import Contact, Staff
from course.people.words import Channel

_HOURS = re.compile(r"^(\S+) (\S+)-(\S+) (\S+)$")


@click.command("on-call")
@click.argument("email")
@click.option("--off", is_flag=True, help="Take them off the list.")
@click.option("--lead/--no-lead", default=None, help="A lead is told after three tries.")
@click.option("--hours", default="", help='As in "mon-fri 09:00-17:00 America/Chicago".')
@click.option("--always", is_flag=True, help="They have no hours: they are always on duty.")
@click.option("--cover", default="", help="Email address of who is told while they are off.")
@click.option("--no-cover", is_flag=True, help="Nobody covers for them.")
def set_on_call(email: str, off: bool, lead: bool | None, hours: str, always: bool, cover: str, no_cover: bool) -> None:
    """Put EMAIL on call, or change their hours and who covers for them. What is not named stays as it is."""
    django_setup()
    member = find(email)
    kept = {} if always else _hours(hours) if hours else member.hours
    covering = None if no_cover else find(cover) if cover else member.cover
    try:
        on_call.change(
            member, "system", on_call=not off, lead=member.on_call_lead if lead is None else lead, hours=kept,
            cover=covering,
        )  # fmt: skip
    except ValueError as fault:
        fail(f"Nothing was changed. {fault}")
    click.echo(f"{member.name} is {'off the list' if off else 'on call'}{', lead' if member.on_call_lead else ''}.")
    if not on_call.listed(on_call.staff()):
        click.echo(on_call.NOBODY)


@click.command("phone")
@click.argument("email")
@click.argument("number")
def set_phone(email: str, number: str) -> None:
    """Let alerts reach EMAIL by text at NUMBER, too."""
    django_setup()
    member = find(email)
    try:
        clean = addresses.normalise(Channel.SMS, number)
    except ValueError as fault:
        fail(f"Nothing was changed. {fault}")
    now = clock.course_now()
    with transaction.atomic():
        member.contacts.filter(channel=Channel.SMS, replaced_at__isnull=True).update(replaced_at=now)
        Contact.objects.create(
            staff=member, channel=Channel.SMS, address=clean, confirmed_at=now,
            address_index=vault.blind_index(Channel.SMS, clean),
        )  # fmt: skip
        audit.record("system", "staff_phone_changed", f"staff:{member.pk}")
    click.echo(f"Alerts reach {member.name} by text, too.")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_staff(as_json: bool) -> None:
    """List staff: who is on call, their hours, who covers for them, and how they are reached."""
    django_setup()
    everybody = on_call.staff()
    duty = {member.pk for member in on_call.members(clock.course_now())}
    rows = [_row(member, member.pk in duty) for member in everybody]
    if as_json:
        emit({"staff": rows})
    elif rows:
        tables.show("Staff", list(rows[0]), [list(row.values()) for row in rows])
        _say_what_is_thin(everybody)
    else:
        click.echo("Nobody works here yet. `course staff add EMAIL --name NAME --role ROLE` adds somebody.")


def find(email: str) -> Staff:
    """Return who has this address; end with one line when nobody on the staff has."""
    member = Staff.objects.filter(email=email.strip().lower(), is_active=True).first()
    if member is None:
        fail("Nothing was changed. Nobody on the staff has this address; `course staff list` lists them.")
    return member


def _hours(given: str) -> dict[str, str]:
    found = _HOURS.match(" ".join(given.split()))
    if found is None:
        fail('Nothing was changed. Write hours as in "mon-fri 09:00-17:00 America/Chicago".')
    return dict(zip(("days", "from", "to", "zone"), found.groups(), strict=True))


def _row(member: Staff, on_duty: bool) -> dict[str, str]:
    hours = member.hours
    return {
        "name": member.name,
        "role": member.role,
        "on_call": "yes" if member.on_call else "no",
        "lead": "yes" if member.on_call_lead else "no",
        "on_duty_now": "yes" if on_duty else "no",
        "hours": f"{hours['days']} {hours['from']}-{hours['to']} {hours['zone']}" if hours else "always",
        "cover": member.cover.name if member.cover else "",
        "reached_by": ", ".join(on_call.routes(member)),
    }


def _say_what_is_thin(everybody: list[Staff]) -> None:
    listed = on_call.listed(everybody)
    if not listed:
        click.echo(on_call.NOBODY)
    for member in listed:
        if len(on_call.routes(member)) == 1:
            only = on_call.routes(member)[0]
            click.echo(f"{member.name} is reached only by {only}: if that is down, nothing reaches them.")
