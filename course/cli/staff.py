"""`course staff`: add staff, say who is on call, and make a link to sign in."""

import click
from django.conf import settings

from course import clock, vault
from course.cli import staff_on_call
from course.cli.bootstrap import django_setup, fail
from course.people import addresses, audit, sign_in
from course.people.models import Contact, Staff
from course.people.words import Channel, Role


@click.group("staff")
def command() -> None:
    """Add staff, say who is on call, and make a link to sign in."""


command.add_command(staff_on_call.set_on_call)
command.add_command(staff_on_call.set_phone)
command.add_command(staff_on_call.list_staff)


@command.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The name colleagues see.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]))
@click.option("--on-call", is_flag=True, help="Is told at once of a reply that may be an emergency.")
def add(email: str, name: str, role: str, on_call: bool) -> None:
    """Add a member of staff who is reached at EMAIL."""
    django_setup()
    try:
        clean = addresses.normalise(Channel.EMAIL, email)
    except ValueError as fault:
        fail(f"Nothing was added. {fault}")
    if Staff.objects.filter(email=clean).exists():
        fail("Nothing was added. Somebody with this address is on the staff already.")
    member = Staff.objects.add(clean, role, name=name, on_call=on_call, channels=[Channel.EMAIL])
    Contact.objects.create(
        staff=member,
        channel=Channel.EMAIL,
        address=clean,
        address_index=vault.blind_index(Channel.EMAIL, clean),
        confirmed_at=clock.course_now(),
    )
    audit.record("system", "staff_added", f"staff:{member.pk}")
    click.echo(f"Added {name} as {role}. `course staff sign-in {clean}` makes a link to sign in.")


@command.command("sign-in")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Make a link that signs EMAIL in once, within one hour."""
    django_setup()
    member = Staff.objects.filter(email=email.strip().lower(), is_active=True).first()
    if member is None:
        fail("Nobody on the staff has this address. `course staff add` adds somebody.")
    link = sign_in.make(member, clock.machine_now())
    click.echo(f"{settings.PUBLIC_URL}/console/sign-in/{link.token}/")
