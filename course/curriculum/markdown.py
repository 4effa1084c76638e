"""In: a lesson's Markdown. Out: plain semantic HTML, or plain words in the same order."""

from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Pictures are left out of every message, so their mark-up is not read as such; raw HTML stays visible text.
_PARSER = MarkdownIt("commonmark", {"html": False}).disable("image")


def to_html(body: str, styles: Mapping[str, str] | None = None) -> str:
    """Return ``body`` as HTML; ``styles`` maps a tag name to the CSS its ``style`` attribute shall hold."""
    tokens = _PARSER.parse(body)
    for token in _walk(tokens):
        css = (styles or {}).get(token.tag)
        if css and token.nesting >= 0:
            token.attrSet("style", css)
    return str(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def to_plain(body: str) -> str:
    """Return ``body`` as plain text, its words in the order of the HTML.

    Blocks have a blank line between them, lists "1. " or "- ", a link its label on one line (with a colon)
    and its address alone on the next. Lines are not wrapped.
    """
    return _Plain().render(_PARSER.parse(body))


def _walk(tokens: Sequence[Token]) -> list[Token]:
    return [each for token in tokens for each in (token, *_walk(token.children or []))]


class _Plain:
    """Turns block tokens into lines, keeping the marker and indent of each open list."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._counters: list[int | None] = []
        self._marker = ""
        self._tight_with_last = False

    def render(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            self._take(token)
        return "".join(self._blocks).strip("\n") + "\n"

    def _take(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            ordered = token.type == "ordered_list_open"
            self._counters.append(int(token.attrGet("start") or 1) if ordered else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._counters.pop()
            self._tight_with_last = bool(self._counters)
        elif token.type == "list_item_open":
            self._open_item()
        elif token.type == "inline":
            self._add(_inline(token.children or []))
        elif token.type in ("fence", "code_block"):
            self._add(token.content.rstrip("\n"))

    def _open_item(self) -> None:
        count = self._counters[-1]
        self._marker = "- " if count is None else f"{count}. "
        if count is not None:
            self._counters[-1] = count + 1

    def _add(self, text: str) -> None:
        depth = len(self._counters)
        indent = "   " * (depth - 1 if self._marker else depth)
        first, rest = indent + self._marker, "\n" + indent + " " * len(self._marker)
        tight = bool(self._marker) and self._tight_with_last
        self._blocks.append(("\n" if tight else "\n\n") + first + text.replace("\n", rest))
        self._tight_with_last, self._marker = depth > 0, ""


def _inline(tokens: Sequence[Token]) -> str:
    """Return the words of one paragraph; a link stands on lines of its own."""
    words, start, href = "", 0, ""
    for token in tokens:
        if token.type in ("text", "code_inline"):
            words += token.content
        elif token.type in ("softbreak", "hardbreak"):
            words += " " if token.type == "softbreak" else "\n"
        elif token.type == "link_open":
            words = words.rstrip(" ") + ("\n" if words and not words.endswith("\n") else "")
            start, href = len(words), str(token.attrGet("href") or "")
        elif token.type == "link_close":
            label = words[start:].strip()
            words = words[:start] + (href if label == href else f"{label}:\n{href}") + "\n"
    lines = [line.strip(" ") for line in words.split("\n")]
    return "\n".join(line for line in lines if line)
