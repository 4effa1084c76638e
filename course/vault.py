"""Words in, ciphertext out and back: personal data is encrypted at rest, and found again by a blind index.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. A stored value is
``key id length (1 byte) + key id + nonce (12) + ciphertext and tag``; so each value names its key, and keys
can be changed. The column's name is authenticated with it: a value moved to another column does not open.
"""

import base64
import hashlib
import hmac
import json
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_NONCE_BYTES = 12

if TYPE_CHECKING:
    _BinaryField = models.BinaryField[Any, Any]
else:
    _BinaryField = models.BinaryField


class VaultError(Exception):
    """A key is missing or wrong, or a stored value was changed."""


def encrypt(clear: bytes, place: str) -> bytes:
    """Encrypt ``clear`` for the column ``place`` with the newest key. Raises VaultError without keys."""
    key_id, cipher = next(iter(_ciphers(settings.KEYS).items()), (None, None))
    if key_id is None or cipher is None:
        raise VaultError("COURSE_KEYS is empty; personal data cannot be stored without a key.")
    nonce = os.urandom(_NONCE_BYTES)
    name = key_id.encode()
    return bytes([len(name)]) + name + nonce + cipher.encrypt(nonce, clear, place.encode())


def decrypt(stored: bytes, place: str) -> bytes:
    """Open what ``encrypt`` made for the same column. Raises VaultError when no key fits."""
    key_id = key_of(stored)
    cipher = _ciphers(settings.KEYS).get(key_id)
    if cipher is None:
        raise VaultError(f"COURSE_KEYS has no key {key_id!r}, which a stored value needs.")
    start = 1 + len(key_id.encode())
    nonce, sealed = stored[start : start + _NONCE_BYTES], stored[start + _NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, sealed, place.encode())
    except InvalidTag:
        raise VaultError(f"A stored value of {place} does not open with key {key_id!r}.") from None


def key_of(stored: bytes) -> str:
    """Return the id of the key a stored value was made with."""
    return stored[1 : 1 + stored[0]].decode(errors="replace")


def blind_index(kind: str, value: str) -> str:
    """Return 64 hex digits that are the same for the same value and tell nothing without the key."""
    if not settings.INDEX_KEY:
        raise VaultError("COURSE_INDEX_KEY is empty; addresses cannot be looked up without it.")
    return hmac.new(_decode(settings.INDEX_KEY), f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=8)
def _ciphers(keys: str) -> dict[str, AESGCM]:
    pairs = (item.strip().partition(":") for item in keys.split(",") if item.strip())
    return {name: AESGCM(_decode(key)) for name, _, key in pairs}


def _decode(key: str) -> bytes:
    try:
        raw = base64.b64decode(key, validate=True)
    except ValueError:  # binascii.Error, or letters that are not ASCII
        raw = b""
    if len(raw) != 32:
        raise VaultError("A key is not base64 of 32 bytes; `course keys new` makes one.")
    return raw


class EncryptedBytes(_BinaryField):
    """A column of bytes that is ciphertext in the database and clear only in Python; empty stays empty."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        clear = None if value is None else self.to_bytes(value)
        sealed = encrypt(clear, self._place()) if clear else clear
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        if value is None:
            return None
        return self.from_bytes(decrypt(bytes(value), self._place()) if value else b"")

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_bytes(self, clear: bytes) -> Any:
        return clear

    def _place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"


class EncryptedText(EncryptedBytes):
    """An encrypted column of text."""

    def _check_str_default_value(self) -> list[Any]:
        return []  # BinaryField wants bytes; here the clear value is text

    def to_bytes(self, value: Any) -> bytes:
        return str(value).encode()

    def from_bytes(self, clear: bytes) -> str:
        return clear.decode()

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))


class EncryptedJSON(EncryptedText):
    """An encrypted column of plain JSON."""

    def to_bytes(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()

    def from_bytes(self, clear: bytes) -> Any:
        return json.loads(clear)
