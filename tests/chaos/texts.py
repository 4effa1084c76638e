"""A shape and a mark in; the form of one text as Twilio, or somebody who pretends to be Twilio, brings it, out."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.chaos.mails import Pen

Change = Callable[[random.Random], dict[str, str]]
_EMOJI = "\U0001f600\U0001f469\u200d\U0001f52c\U0001f1fa\U0001f1f8"


@dataclass(frozen=True)
class Draft:
    """What is signed, and the bytes that are brought."""

    params: dict[str, str]
    form: bytes


def write(rng: random.Random, shape: str, mark: str, number: str, account: str) -> Draft:
    """Return one text of a shape; its mark stands in the provider's id."""
    sid = f"SM{mark}{rng.getrandbits(88):022x}"
    params = {
        "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received", "ApiVersion": "2010-04-01",
        "AccountSid": account, "From": number, "To": "+12025550100", "Body": Pen(rng, mark, "").words(),
        "NumMedia": "0", "NumSegments": "1",
    }  # fmt: skip
    params |= SHAPES[shape](rng)
    params = {name: value for name, value in params.items() if value != _LEFT_OUT}
    return Draft(params, urlencode(params).encode() + _SPOILT.get(shape, b""))


_LEFT_OUT = "left out"
_SPOILT = {
    "stands twice": b"&Body=STOP",
    "not utf-8": b"&Extra=%ff%fe",
    "too many": b"&a=" * 200,
    "over 64 KB": b"&a=" + b"y" * 70_000,
}


def _media(rng: random.Random) -> dict[str, str]:
    count = rng.randrange(1, 10)
    found = {f"MediaUrl{n}": f"https://media.example.org/{n}" for n in range(count)}
    return found | {f"MediaContentType{n}": "image/jpeg" for n in range(count)} | {"NumMedia": str(count), "Body": ""}


def _from(rng: random.Random) -> dict[str, str]:
    odd = (
        "12345",
        "anonymous",
        "+266696687",
        "whatsapp:+12125550101",
        "+1",
        "\x00",
        "+1212555010\u0661",
        "é" * 200,
        " ",
    )
    return {"From": rng.choice(odd)}


def _stranger(rng: random.Random) -> dict[str, str]:
    return {"From": f"+1217555{rng.randrange(100, 160):04}"}


def _body(rng: random.Random) -> dict[str, str]:
    odd = (
        "",
        " ",
        "\x00",
        "\x00STOP\x00",
        "\ufeffstop",
        "\u202eplease stop\u202c",
        _EMOJI * 30,
        "a\r\nb\rc\nd",
        "\u200b",
        "\x1b[2J",
    )
    return {"Body": rng.choice(odd)}


def _media_count(rng: random.Random) -> dict[str, str]:
    return {"NumMedia": rng.choice(("", "many", "-1", "1e9", "\u0663", "²", "9" * 5000))}


SHAPES: dict[str, Change] = {
    "ordinary": lambda _rng: {},
    "odd body": _body,
    "no body": lambda _rng: {"Body": _LEFT_OUT},
    "media": _media,
    "odd media count": _media_count,
    "stranger": _stranger,
    "odd number": _from,
    "long": lambda rng: {"Body": "I walk a little. " * rng.randrange(80, 1500), "NumSegments": "10"},
    "unknown parameters": lambda rng: {f"Extra{n}": rng.choice(("", "x", _EMOJI)) for n in range(20)},
    "stop and start": lambda rng: {"Body": rng.choice(("STOP", "stopall", "START", "Stop please", "ARRET", "unstop"))},
    "no number": lambda _rng: {"From": ""},
    "other account": lambda _rng: {"AccountSid": "AC" + "0" * 32},
    "stands twice": lambda _rng: {},
    "not utf-8": lambda _rng: {},
    "too many": lambda _rng: {},
    "over 64 KB": lambda _rng: {},
    "forged": lambda _rng: {},
}
REFUSED = ("no number", "other account", "stands twice", "not utf-8", "too many", "over 64 KB", "forged")
