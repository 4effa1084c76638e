"""An element of an HTML mail in; what a mail program marked with it, out: a quotation, its end, or a signature."""

import re
from typing import Literal

from lxml.html import HtmlElement

from course.replies.client_words import FROM, HEADERS

Mark = Literal["quote", "rest", "signature", ""]

_QUOTE_CLASSES = re.compile(
    r"gmail_quote|protonmail_quote|yahoo|iosymail|tutanota_quote|spark_quote|zmail|fairemail|front-blockquote|\bcite\b",
    re.IGNORECASE,
)
_QUOTE_IDS = ("olk_src_body_section", "mac_outlook_attribution_blockquote", "blockquote_zmail")
_QUOTE_DIVS = re.compile(r"yahoo_quoted|moz-forward-container|zmail_extra$", re.IGNORECASE)
# From here on nothing is the writer's: Outlook on the web, on phones and the old Hotmail.
_REST_IDS = re.compile(
    r"^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|mail-editor-reference-message-container)$", re.IGNORECASE
)
_SIGNATURE_CLASSES = re.compile(
    r"gmail_signature(?!_prefix)|moz-signature|protonmail_signature_block(?!-)|k9mail-signature|ydp\w{0,20}signature",
    re.IGNORECASE,
)
_SIGNATURE_IDS = re.compile(
    r"^(?:x_)*(?:Signature|ms-outlook-mobile-signature|AppleMailSignature|composer_signature|signature_bloc)$",
    re.IGNORECASE,
)
_LINE_LEFT = re.compile(r"border(?:-left)?\s*:\s*(?!none|0)[^;]{0,60}(?:solid|px|pt|dotted|dashed)", re.IGNORECASE)
_LINE_ABOVE = re.compile(r"border-top\s*:\s*(?!none|0)[^;]{0,60}solid", re.IGNORECASE)
_LABELS = re.compile(rf"(?:^|\n|(?<=\s))({FROM}|{HEADERS})\s?[:：]", re.IGNORECASE)
_HEAD = 600  # characters of an element's text that are looked at
_FEWEST_LABELS = 2


def mark(element: HtmlElement) -> Mark:
    """Return what this element marks, whatever language its words are in."""
    classes, name = element.get("class") or "", element.get("id") or ""
    if _REST_IDS.match(name) or _begins_below_line(element) or _forwards(element, classes):
        return "rest"
    if _is_quote(element, classes, name):
        return "quote"
    if _SIGNATURE_CLASSES.search(classes) or _SIGNATURE_IDS.match(name):
        return "signature"
    return ""


def _is_quote(element: HtmlElement, classes: str, name: str) -> bool:
    if element.tag == "blockquote":
        return bool(
            element.get("type") == "cite"
            or element.get("cite")
            or _QUOTE_CLASSES.search(classes)
            or name.casefold() in _QUOTE_IDS
            or _LINE_LEFT.search(_style(element))
        )
    if name.casefold() in _QUOTE_IDS or element.get("name") == "quote":
        return True
    return bool(_QUOTE_DIVS.search(classes) or (element.tag == "div" and _QUOTE_DIVS.search(name)))


def _begins_below_line(element: HtmlElement) -> bool:
    """Outlook on a desk draws a line above From, Sent, To and Subject."""
    if element.tag != "div" or not _LINE_ABOVE.search(_style(element)):
        return False
    return len(set(_LABELS.findall(head(element)))) >= _FEWEST_LABELS


def _forwards(element: HtmlElement, classes: str) -> bool:
    """Gmail writes names and dates of a forwarded mail where it writes "On … wrote:" of an answered one."""
    return "gmail_attr" in classes and len(set(_LABELS.findall(head(element)))) >= _FEWEST_LABELS


def head(element: HtmlElement) -> str:
    """Return the first words of an element, its line breaks as spaces."""
    words: list[str] = []
    length = 0
    for text in element.itertext():
        words.append(str(text))
        length += len(words[-1])
        if length > _HEAD:
            break
    return " ".join(words)[:_HEAD]


def _style(element: HtmlElement) -> str:
    return (element.get("style") or "")[:1000]
