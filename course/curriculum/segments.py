"""In: the words of a text message. Out: how a carrier will encode and cut it (3GPP TS 23.038, GSM 7 bit)."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
GSM_SINGLE, GSM_JOINED = 160, 153
UCS_SINGLE, UCS_JOINED = 70, 67

_FOLDS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        "\u2026": "...",
    }
)
_ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True)
class Segments:
    """``units`` are septets in GSM-7 and UTF-16 units in UCS-2; ``count`` is what the carrier bills."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    count: int


def fold(text: str) -> str:
    """Return ``text`` with curly quotes, dashes, ellipses and hard spaces made plain, as it will be sent."""
    return text.translate(_FOLDS)


def segment(text: str) -> Segments:
    """Count the segments of ``text`` exactly as given; call :func:`fold` first to count what is sent."""
    if all(char in BASIC or char in EXTENDED for char in text):
        septets = [2 if char in EXTENDED else 1 for char in text]
        return Segments("GSM-7", sum(septets), _count(septets, GSM_SINGLE, GSM_JOINED))
    clusters = [len(cluster.encode("utf-16-be", "surrogatepass")) // 2 for cluster in _clusters(text)]
    return Segments("UCS-2", sum(clusters), _count(clusters, UCS_SINGLE, UCS_JOINED))


def _count(widths: Iterable[int], single: int, joined: int) -> int:
    """Fill segments piece by piece; a piece (an escape pair, a grapheme cluster) is not split if it fits
    one.
    """
    pieces = list(widths)
    if sum(pieces) <= single:
        return 1
    count, used = 1, 0
    for width in pieces:
        if used + width > joined and used:
            count, used = count + 1, 0
        used += width
        while used > joined:
            count, used = count + 1, used - joined
    return count


def _clusters(text: str) -> list[str]:
    """Group characters a reader sees as one: marks, joined emoji, skin tones and flags (after UAX 29)."""
    clusters: list[str] = []
    for char in text:
        if clusters and _belongs(clusters[-1], char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _belongs(cluster: str, char: str) -> bool:
    mark = unicodedata.category(char) in {"Mn", "Me", "Mc"} or char == _ZERO_WIDTH_JOINER
    skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    half_flag = len(cluster) == 1 and _is_flag_letter(cluster) and _is_flag_letter(char)
    return mark or skin_tone or half_flag or cluster.endswith(_ZERO_WIDTH_JOINER)


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
