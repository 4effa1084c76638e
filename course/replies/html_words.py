"""HTML of a mail in; its text out, with what a mail program marked as quoted behind "> ".

One walk over the tree, so that time grows with the length alone, however deep or broken a mail is.
"""

import html
import re
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, fromstring

from course.replies.html_quotes import mark
from course.replies.quoting import attribution_end

LONGEST = 300_000  # characters; longer HTML, or HTML of more tags, is only stripped of them
MOST_TAGS = 20_000
LONGEST_STRIPPED = 1_000_000  # characters; what comes after them stays as it stands
DEEPEST = 200  # the parser gives up a little deeper, and words would be lost

_PROLOGUE = re.compile(r"^\s*<\?xml[^>]{0,1000}\?>")
_PICTURE = re.compile(r"data:image/[^\"'\s>]{0,10000000}", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote)\b[^<>]{0,1000}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>|<(?=[a-z/!])[^<>]*$", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_UNSEEN = ("script", "style", "head", "title")
_LINES = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "pre", "section",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = ("td", "th")
_KEPT_BREAKS = re.compile(r"white-space\s*:\s*(?:pre|break)", re.IGNORECASE)
_MOST_MARKS = 5


def to_text(source: str) -> str:
    """Return the words of an HTML mail, line by line. Never raises."""
    source = _PICTURE.sub("", source).replace("\0", "")
    if len(source) > LONGEST or source.count("<") > MOST_TAGS or _too_deep(source):
        return _stripped(source)
    try:
        tree = fromstring(_PROLOGUE.sub("", source) or "<p></p>", parser=HTMLParser(huge_tree=True))
        return _Walk().text_of(tree)
    except Exception:  # whatever broken mark-up makes the parser raise: no word may be lost
        return _stripped(source)


@dataclass
class _Walk:
    """The lines so far, each with the number of quotations it stands in."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    quotes: int = 0
    rest: bool = False
    unseen: int = 0
    as_written: int = 0
    quoting: list[HtmlElement] = field(default_factory=list)

    def text_of(self, tree: HtmlElement) -> str:
        """Walk through ``tree`` and return its text."""
        for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
            if event in ("start", "end") and isinstance(element.tag, str):
                (self._open if event == "start" else self._close)(element)
            if event != "start" and element is not tree:
                self._write(element.tail)
        self._break()
        return "\n".join(f"{'> ' * min(quotes, _MOST_MARKS)}{line}".rstrip() for quotes, line in _spaced(self.lines))

    def _open(self, element: HtmlElement) -> None:
        tag = element.tag
        self.unseen += tag in _UNSEEN
        if tag in _LINES or tag == "p":
            self._break()
        found = mark(element) if tag in ("blockquote", "div", "hr", "p", "span", "table", "td") else ""
        if found == "rest":
            self._break()
            self.rest = True
        elif found == "quote" or (tag == "blockquote" and self._follows_attribution()):
            self._break()
            self.quotes += 1
            self.quoting.append(element)
        elif found == "signature" and element.text_content().strip():
            self._break()
            self.lines.append((self._depth(), "-- "))
        elif tag == "li":
            self.words.append("- ")
        elif tag == "img" and element.get("data-emoji"):
            self._write(element.get("alt"))
        self.as_written += _keeps_breaks(element)
        self._write(element.text)

    def _close(self, element: HtmlElement) -> None:
        tag = element.tag
        self.unseen -= tag in _UNSEEN
        self.as_written -= _keeps_breaks(element)
        if tag == "br":
            self._break(even_empty=True)
        elif tag in _CELLS:
            self.words.append(" ")
        elif tag in _LINES or tag == "p":
            self._break()
            if tag in ("p", "h1", "h2", "h3") and not (element.get("class") or "").startswith("Mso"):
                self.lines.append((self._depth(), ""))
        if self.quoting and self.quoting[-1] is element:
            self.quoting.pop()
            self.quotes -= 1

    def _depth(self) -> int:
        return max(self.quotes, int(self.rest))

    def _write(self, text: str | None) -> None:
        if not text or self.unseen:
            return
        if not self.as_written:
            self.words.append(_SPACE.sub(" ", text))
            return
        first, *others = text.replace("\r\n", "\n").split("\n")
        self.words.append(first)
        for line in others:
            self._break(even_empty=True)
            self.words.append(line)

    def _break(self, *, even_empty: bool = False) -> None:
        line = _SPACE.sub(" ", "".join(self.words)).strip()
        self.words.clear()
        if line or even_empty:
            self.lines.append((self._depth(), line))

    def _follows_attribution(self) -> bool:
        """A bare blockquote is a quotation below "On … wrote:"; else a person only moved their words to the right."""
        above = [line for _quotes, line in self.lines[-8:] if line][-4:]
        return any(attribution_end([*above, ">"], start) == len(above) for start in range(len(above)))


def _keeps_breaks(element: HtmlElement) -> bool:
    return element.tag == "pre" or bool(_KEPT_BREAKS.search((element.get("style") or "")[:1000]))


def _spaced(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Leave one empty line where several stand; at the edge of a quotation it is not quoted."""
    kept = [each for number, each in enumerate(lines) if each[1] or (number and lines[number - 1][1])]
    after = [quotes for quotes, _line in kept[1:]] + [0]
    return [(quotes if line else min(quotes, below), line) for (quotes, line), below in zip(kept, after, strict=True)]


def _too_deep(source: str) -> bool:
    """Return whether more elements are open at once, or left open, than the parser takes."""
    depth = 0
    for found in re.finditer(r"<(/?)([a-z][a-z0-9]{0,20})", source, re.IGNORECASE):
        if found[2].lower() not in _NEVER_OPEN:
            depth += -1 if found[1] else 1
            if depth > DEEPEST:
                return True
    return False


_NEVER_OPEN = frozenset({
    "br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "li", "p", "td", "tr", "th", "option",
})  # fmt: skip


def _stripped(source: str) -> str:
    begins, rest = source[:LONGEST_STRIPPED], source[LONGEST_STRIPPED:]
    seen = _BREAK.sub("\n", _without_unseen(begins))
    return html.unescape(_TAG.sub(" ", seen)) + rest


def _without_unseen(source: str) -> str:
    """Leave out scripts, styles and comments that end; one that does not end may hold a person's words."""
    small = source.lower()
    kept: list[str] = []
    start = 0
    ends: dict[str, int] = {}
    for found in re.finditer(r"<(script|style|head|title)\b|<(!--)", small):
        if found.start() < start:
            continue
        closing = "-->" if found[2] else f"</{found[1]}"
        if ends.get(closing, 0) >= 0 and ends.get(closing, 0) <= found.start():
            ends[closing] = small.find(closing, found.end())
        if ends[closing] < 0:
            continue
        kept += [source[start : found.start()], " "]
        start = ends[closing] + len(closing)
    return "".join([*kept, source[start:]])
