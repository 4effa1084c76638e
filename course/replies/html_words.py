"""HTML of a mail in; its text out, with what a mail program marked as quoted behind "> "."""

import html
import re
from copy import deepcopy

from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, fromstring

LONGEST = 1_000_000  # characters; longer HTML is only stripped of its tags

_PROLOGUE = re.compile(r"^\s*<\?xml[^>]*\?>")
_UNSEEN = re.compile(r"<(script|style|head|title)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,10000}>")
# What Gmail, Thunderbird, Apple Mail, Yahoo and Proton wrap a quotation in.
_QUOTES = (
    "//blockquote[@type='cite' or contains(@class, 'gmail_quote') or contains(@class, 'protonmail_quote')"
    " or contains(@class, 'yahoo') or contains(@class, 'iosymail')]"
)


def to_text(source: str) -> str:
    """Return the words of an HTML mail, line by line. Never raises."""
    if len(source) > LONGEST:
        return _stripped(source)
    try:
        tree = fromstring(_PROLOGUE.sub("", source) or "<p></p>")
        _mark_quotes(tree)
        return _text_of(tree)
    except Exception:  # whatever broken mark-up makes the parser raise: no word may be lost
        return _stripped(source)


def _mark_quotes(tree: HtmlElement) -> None:
    for quote in tree.xpath(_QUOTES):
        if any(parent.tag == "blockquote" for parent in quote.iterancestors()):
            continue
        inner = deepcopy(quote)
        inner.tail = None
        marked = etree.Element("pre")
        marked.text = "\n".join(f"> {line}".rstrip() for line in _text_of(inner).strip("\n").split("\n"))
        marked.tail = quote.tail
        parent = quote.getparent()
        if parent is not None:
            parent.replace(quote, marked)


def _text_of(tree: HtmlElement) -> str:
    lines = str(Inscriptis(tree, ParserConfig()).get_text()).split("\n")
    return "\n".join(line.strip() for line in lines)


def _stripped(source: str) -> str:
    seen = _BREAK.sub("\n", _UNSEEN.sub(" ", source))
    return html.unescape(_TAG.sub(" ", seen))
