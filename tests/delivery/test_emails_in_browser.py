"""Every lesson and notice by email in a real Chromium: axe-core finds nothing, and nothing scrolls sideways."""

from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from course.delivery.models import Message
from course.people.words import Form
from tests import factories
from tests.browser import LOOKS, InBrowser, faults, looks
from tests.delivery import messages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STEPS = ("what-it-is", "two-kinds", "medicines", "staying-active")


def lessons(form: Form) -> dict[str, Message]:
    """Return a message for each lesson, to somebody who reads this form."""
    enrolment = factories.make_enrolment(form=form)
    return {f"{step} {form}": factories.make_message(enrolment=enrolment, step_id=step) for step in STEPS}


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_email_has_a_fault(in_browser: InBrowser, now: datetime, scheme: str, width: int) -> None:
    sent = lessons(Form.STANDARD) | lessons(Form.LARGE_PRINT) | messages.of_every_notice(now)
    pages = {name: messages.part(messages.mail_of(message, now), "html") for name, message in sent.items()}

    def walk(page: Page) -> dict[str, list[str]]:
        found: dict[str, Any] = {}
        for name, html in pages.items():
            page.set_content(html)
            found[name] = faults(page)
        return {name: said for name, said in found.items() if said}

    assert in_browser(walk, **looks(scheme, width)) == {}
