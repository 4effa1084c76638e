"""A form with faults in; a list for the summary at the head of the page out."""

import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Controls, and marks that turn the direction of the words around them, hide what stands on a page.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Fault:
    """One thing to mend, and the id of the field it stands beside; no field when it is about the whole page."""

    words: str
    field: str = ""


def faults_of(form: forms.Form) -> list[Fault]:
    """Return the faults of a bound form, in the order of its fields."""
    return [Fault(str(words), form[name].auto_id) for name, many in form.errors.items() for words in many]


def one_line(value: str) -> None:
    """Refuse line breaks and hidden marks. Raises ValidationError."""
    if "\n" in value or _HIDDEN.search(value):
        raise ValidationError(_("Use letters and signs that can be seen, on one line."))


def seen(value: str) -> None:
    """Refuse hidden marks; line breaks are fine. Raises ValidationError."""
    if _HIDDEN.search(value.replace("\r\n", "\n")):
        raise ValidationError(_("Some signs in this text cannot be seen on a page. Write it again without them."))
