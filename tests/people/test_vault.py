"""Personal data is ciphertext in the database, and opens only with its key, in its column."""

from typing import Any

import pytest
from django.db import connection

from course import vault
from course.environment import new_secret
from course.people import addresses
from course.people.models import Contact
from tests import factories


def test_what_is_encrypted_opens_again_and_not_in_another_column() -> None:
    sealed = vault.encrypt(b"words", "course_reply.raw")
    assert vault.decrypt(sealed, "course_reply.raw") == b"words"
    with pytest.raises(vault.VaultError, match="does not open"):
        vault.decrypt(sealed, "course_post.wording")


def test_a_changed_byte_is_noticed() -> None:
    sealed = bytearray(vault.encrypt(b"words", "a.b"))
    sealed[-1] ^= 1
    with pytest.raises(vault.VaultError):
        vault.decrypt(bytes(sealed), "a.b")


def test_each_value_names_its_key_so_that_old_ones_open_after_a_new_key(settings: Any) -> None:
    old = vault.encrypt(b"words", "a.b")
    settings.KEYS = f"newer:{new_secret()},{settings.KEYS}"
    assert vault.key_of(vault.encrypt(b"words", "a.b")) == "newer"
    assert vault.key_of(old) == "test"
    assert vault.decrypt(old, "a.b") == b"words"


def test_a_missing_key_is_one_clear_sentence(settings: Any) -> None:
    old = vault.encrypt(b"words", "a.b")
    settings.KEYS = f"newer:{new_secret()}"
    with pytest.raises(vault.VaultError, match="COURSE_KEYS has no key 'test'"):
        vault.decrypt(old, "a.b")


@pytest.mark.django_db
def test_an_address_is_found_by_its_index_and_not_readable_in_the_table() -> None:
    factories.make_subscriber(address="Avery.Test@Example.org")
    contact = Contact.objects.get(address_index=addresses.index("email", "avery.test@example.org"))
    assert contact.address == "avery.test@example.org"
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM course_contact")
        stored = bytes(cursor.fetchone()[0])
    assert b"avery" not in stored.lower()


@pytest.mark.parametrize("typed", ["202 555 0143", "(202) 555-0143", "+1 202-555-0143", "1 202 555 0143"])
def test_a_number_has_one_spelling_however_it_was_typed(typed: str) -> None:
    assert addresses.normalise("sms", typed) == "+12025550143"


@pytest.mark.parametrize(("channel", "typed"), [("email", "nobody"), ("sms", "12"), ("sms", "call me")])
def test_a_bad_address_is_refused_with_a_sentence_that_does_not_repeat_it(channel: str, typed: str) -> None:
    with pytest.raises(ValueError, match=r"write it like|too many or too few") as refusal:
        addresses.normalise(channel, typed)
    assert typed not in str(refusal.value)
