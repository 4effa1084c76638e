import pytest

from course.sandbox.pages import in_words, spaced
from course.sandbox.reading import linked, open_mail
from tests.sandbox.conftest import COURSE_TIME
from tests.sandbox.letters import lesson


def test_a_lesson_opens_to_its_words_and_its_html() -> None:
    opened = open_mail(lesson().as_bytes())
    assert opened.subject == "Lesson 1 of 8"
    assert opened.plain.startswith("Walk a little & rest.\n")
    assert "<h1>Walk a little</h1>" in opened.html
    assert opened.header("reply-to") == "reply+token@example.org"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: =?no-such-charset?q?x?=\r\n\r\nwords",
        b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff words",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno boundary anywhere",
    ],
)
def test_odd_mail_opens_all_the_same(raw: bytes) -> None:
    assert open_mail(raw).subject


def test_flowed_lines_become_one_paragraph_and_the_signature_mark_stays() -> None:
    raw = b"Content-Type: text/plain; format=flowed\r\n\r\nWalk a \r\nlittle.\r\n\r\n-- \r\nClinic\r\n"
    assert open_mail(raw).plain == "Walk a little.\n\n-- \nClinic\n"


def test_links_can_be_pressed_and_everything_else_is_escaped() -> None:
    words = 'See (https://a.example/?x=1&y=2). <script>"https://b.example/"</script> javascript:alert(1)'
    assert str(linked(words)) == (
        'See (<a href="https://a.example/?x=1&amp;y=2">https://a.example/?x=1&amp;y=2</a>). &lt;script&gt;&#34;'
        '<a href="https://b.example/">https://b.example/</a>&#34;&lt;/script&gt; javascript:alert(1)'
    )


def test_times_and_numbers_are_written_as_people_say_them() -> None:
    assert in_words(COURSE_TIME) == "Monday 23 November 2026, 10:00 UTC"
    assert spaced("+12025550143") == "+1 202-555-0143"
