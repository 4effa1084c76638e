"""The house itself: imports, tables, documents and files are as the architecture says."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).parent.parent
ROOMS = ["curriculum", "people", "delivery", "replies", "discussion", "rehearsal", "sandbox", "web", "cli"]


def test_imports_only_point_up_the_list_of_rooms() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_foreign_key_never_points_down_the_list_of_rooms() -> None:

    for model in apps.get_app_config("course").get_models():
        room = model.__module__.split(".")[1]
        for field in model._meta.get_fields():
            other = field.related_model if field.concrete and field.is_relation else None
            if isinstance(other, type) and other.__module__.startswith("course."):
                target = other.__module__.split(".")[1]
                assert ROOMS.index(target) <= ROOMS.index(room)


@pytest.mark.django_db
def test_the_migrations_hold_every_table_as_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_what_flows_in_and_out(room: str) -> None:
    text = importlib.import_module(f"course.{room}").__doc__
    assert text
    assert len(text) > 40


def test_architecture_names_functions_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = re.findall(r"`(course/[\w/]+\.py)` `(\w+)`", text)
    assert len(named) >= 10
    for file, function in named:
        tree = ast.parse((ROOT / file).read_text())
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert function in names, f"{file} has no {function}"
    assert "where the hour of a lesson is decided" in text.lower()
    assert "where a reply is held" in text.lower()


def _sets_a_message_state(node: ast.AST) -> bool:
    """Whether this is a call of update() with ``state=State.X``, the word for a message's state."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "update"
        and any(word.arg == "state" and ast.unparse(word.value).startswith("State.") for word in node.keywords)
    )


def test_only_one_file_changes_the_state_of_a_message() -> None:
    changing = {
        path.name
        for path in (ROOT / "course").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if _sets_a_message_state(node)
    }
    assert changing == set()  # states.py itself is given the state as an argument


def test_no_shipped_file_carries_a_reviewer() -> None:
    for file in [*(ROOT / "course" / "lessons").rglob("*.md"), *(ROOT / "course" / "lessons").rglob("*.yaml")]:
        for line in re.findall(r"^\s*review:\s*\{(.*)\}", file.read_text(), re.MULTILINE):
            assert re.fullmatch(r'name: "", role: "", on: "", content_hash: ""', line), file.name


def test_lock_files_name_no_host_and_pin_every_package_by_hash() -> None:
    for lock in ROOT.glob("*.lock"):
        text = lock.read_text()
        assert "://" not in text
        packages = re.findall(r"^[a-z0-9][\w.\-\[\]]*==\S+", text, re.MULTILINE)
        assert len(packages) > 20
        assert text.count("--hash=sha256:") >= len(packages)
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_help_loads_neither_django_nor_celery() -> None:
    code = "import sys; from course.cli import run\ntry: run(['--help'])\nexcept SystemExit: pass\n"
    code += "assert not {'django', 'celery', 'twilio', 'rich'} & set(sys.modules), 'heavy imports'"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
