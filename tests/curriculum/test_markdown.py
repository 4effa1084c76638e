"""A lesson's two forms say the same words in the same order."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.curriculum.markdown import to_html, to_plain

LESSONS = sorted((Path(__file__).parents[2] / "course/lessons/en").glob("*.md"))


class _Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.text.append(" " if tag not in {"em", "strong", "code", "a"} else "")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, None)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _html_words(html: str) -> list[str]:
    return _words(unescape("".join(_Words(html).text)))


def test_headings_lists_and_links_in_plain_text() -> None:
    body = (
        "One line.\n\n## A question?\n\n1. First\n2. Second\n   more\n\n"
        "- *a*\n- **b**\n\n[Read on](https://example.org/1)\n"
    )
    assert to_plain(body) == (
        "One line.\n\nA question?\n\n1. First\n2. Second more\n\n- a\n- b\n\nRead on:\nhttps://example.org/1\n"
    )


def test_a_link_inside_a_sentence_stands_on_lines_of_its_own() -> None:
    assert to_plain("See [the page](https://e.org/) today.") == "See\nthe page:\nhttps://e.org/\ntoday.\n"


def test_nested_and_loose_lists_keep_their_markers() -> None:
    assert to_plain("- a\n  - b\n- c\n\n3. x\n\n   y\n") == "- a\n   - b\n- c\n\n3. x\n\n   y\n"


def test_raw_html_and_script_links_stay_harmless_text() -> None:
    html = to_html("<script>x</script> [a](javascript:alert(1)) ![p](http://e.org/p.png)")
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<img" not in html


def test_styles_reach_every_tag_and_only_those_named() -> None:
    html = to_html("## Q\n\ntext [l](https://e.org)\n", {"h2": "margin:0", "a": "color:#0b4a8f"})
    assert '<h2 style="margin:0">' in html
    assert '<a href="https://e.org" style="color:#0b4a8f">' in html
    assert "<p>" in html
    assert "style" not in to_html("## Q\n")


@pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.stem)
def test_both_forms_of_a_shipped_lesson_have_the_same_words(file: Path) -> None:
    body = file.read_text(encoding="utf-8").split("\n---\n", 1)[1]
    plain = re.sub(r"(?m)^ *(\d+\. |- )", "", to_plain(body))
    assert _words(plain) == _html_words(to_html(body))


_BLOCK = st.sampled_from(
    [
        "plain words",
        "## a heading",
        "- one\n- *two*",
        "1. first\n2. **second**",
        "soft\nbreak",
        "> quoted",
        "`code`",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_BLOCK, min_size=1, max_size=6))
def test_any_mix_of_blocks_has_the_same_words(blocks: list[str]) -> None:
    body = "\n\n".join(blocks)
    plain = re.sub(r"(?m)^ *(\d+\. |- )", "", to_plain(body))
    assert _words(plain) == _html_words(to_html(body))
