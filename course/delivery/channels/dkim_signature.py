"""A whole mail in; the same mail signed by our domain out (DKIM, RFC 6376). Optional: usually the relay signs."""

from pathlib import Path

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

_LEAST_BITS = 1024  # RFC 8301, section 3.2
_NAMES = (
    b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To", b"List-Unsubscribe", b"List-Unsubscribe-Post",
    b"List-Id", b"Content-Type", b"MIME-Version",
)  # fmt: skip
# Once more than it is there: nobody can add a second one (RFC 6376, section 8.15).
_SIGNED = [*_NAMES, *_NAMES]


class DkimSignature:
    """Signs for ``domain`` with the RSA key in ``key_file``. Raises ValueError, one line, for a key of no use."""

    def __init__(self, domain: str, selector: str, key_file: str) -> None:
        if not selector or not key_file:
            raise ValueError("COURSE_DKIM_SELECTOR and COURSE_DKIM_KEY_FILE go together; set both, or neither.")
        self._domain, self._selector = domain.encode("idna"), selector.encode()
        self._key = _read(key_file)

    def sign(self, content: bytes) -> bytes:
        """Return the mail with its DKIM-Signature. Raises ValueError for bytes that are no mail."""
        try:
            signature: bytes = dkim.sign(
                content, self._selector, self._domain, self._key,
                canonicalize=(b"relaxed", b"relaxed"), include_headers=_SIGNED,
            )  # fmt: skip
        except dkim.DKIMException as error:
            raise ValueError(f"it cannot be signed: {type(error).__name__}") from None
        return signature + content


def _read(key_file: str) -> bytes:
    """Return the key as dkimpy reads keys: PKCS #1 in PEM."""
    try:
        key = load_pem_private_key(Path(key_file).read_bytes(), password=None)
    except OSError as error:
        raise ValueError(f"COURSE_DKIM_KEY_FILE {key_file} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
        raise ValueError(
            f"COURSE_DKIM_KEY_FILE {key_file} must hold an RSA private key in PEM form, without a password, "
            f"of {_LEAST_BITS} bits or more."
        )
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
