"""`course check` refuses a template that would say one person's own thing to all, or spoil it: one clear line each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINK = "{{ line.url }}\n"
LEAKS = {
    "a link in capitals": ("email/layout.html", 'href="{{ line.url }}"', 'href="{{ line.url|upper }}"', "in the html"),
    "a link cut short": ("email/layout.txt", LINK, "{{ line.url|truncate(40) }}\n", "in the plain"),
    "one letter of a link": ("email/layout.txt", LINK, LINK + "{{ line.url[-5] }}\n", "in the plain"),
    "words by chance": (
        "email/lesson.txt",
        "{{ body }}",
        "{{ range(10**9)|random }} {{ body }}",
        "in the plain and html",
    ),
    "a text by chance": ("sms/digest.txt", "{{ course_url }}", "{{ range(10**9)|random }}", "from person to person"),
    "a value nobody gives": ("email/digest.txt", "emergency=emergency", "emergency=address", "'address' is undefined"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a house of its own to spoil: the code, the templates and the course."""
    ours = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "course", tmp_path / "course", ignore=ours)
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    shutil.copy(ROOT / "schedule.yaml", tmp_path)
    return tmp_path


def python(house: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "PYTHON"))}
    no_database = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "COURSE_DATA_DIR": str(house / "var")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=house, env=clean | no_database | {"COURSE_MODE": "sandbox"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_a_template_that_cannot_be_compiled_is_one_line_that_names_it(house: Path, leak: str) -> None:
    file, before, after, said = LEAKS[leak]
    template = house / "templates" / file
    assert before in template.read_text()
    template.write_text(template.read_text().replace(before, after))
    done = python(house, "-m", "course", "check")
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if not line.startswith("Note: ")]
    assert lines[0].startswith(f"templates/{file}:"), done.stdout
    assert said in lines[0]
    assert "(step " in lines[0]
    assert lines[1:] == ["1 fault to mend before the course can go out."]
    assert done.stderr == ""


def test_a_course_that_compiles_is_checked_without_a_database(house: Path) -> None:
    done = python(house, "-m", "course", "check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("No faults.")


WRITES_ANEW = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "course.settings"
django.setup()
from tests.delivery.occasions import everything, person
from course.delivery import steps
from course.delivery.rendering import Renderer
lesson, renderer = everything()[0], Renderer()
assert lesson.channel == "email"
for number in (1, 2, 1):
    own = person(number)
    content = renderer.step(lesson, own)
    assert content == steps.write(lesson, own)
    assert own.stop_token.upper().encode() in content.replace(b"=\\r\\n", b"")
"""


def test_should_such_a_template_ever_be_used_each_message_is_written_anew_for_its_own_person(house: Path) -> None:
    shutil.copytree(ROOT / "tests", house / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    layout = house / "templates" / "email" / "layout.html"
    layout.write_text(layout.read_text().replace('href="{{ line.url }}"', 'href="{{ line.url|upper }}"'))
    done = python(house, "-c", WRITES_ANEW)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("step what-it-is cannot be compiled") == 1
