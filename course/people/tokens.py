"""Unguessable words for links and addresses: 128 bits (RFC 4086), lower-case base32, safe in a mail address."""

import base64
import secrets

TOKEN_LENGTH = 26


def new_token() -> str:
    """Return 26 letters and digits that no one can guess."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
