"""Two Jinja2 engines over one folder: `html` escapes, `plain` does not; a missing value is an error in both."""

from collections.abc import Callable
from string import punctuation
from typing import Any

from django.conf import settings
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound

from course import paths

_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in punctuation})


class _SuffixLoader(FileSystemLoader):
    """Serves only the files of one engine: Django asks engines in order, and HTML escaping would spoil plain mail."""

    def __init__(self, suffixes: tuple[str, ...]) -> None:
        super().__init__(paths.templates())
        self._suffixes = suffixes

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if not template.endswith(self._suffixes):
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


def html_environment(**options: Any) -> Environment:
    """Return the engine for pages and the HTML part of mail: everything is escaped."""
    return _environment((".html", ".xml"), options | {"autoescape": True})


def plain_environment(**options: Any) -> Environment:
    """Return the engine for texts and the plain part of mail: nothing is escaped."""
    return _environment((".txt",), options | {"autoescape": False})


def quoted(words: str) -> str:
    """Return somebody's words as a Markdown quotation in which nothing is mark-up."""
    lines = words.strip().translate(_ESCAPES).splitlines()
    return "\n".join(f"> {line}\\" if line.strip() else ">" for line in lines).removesuffix("\\")


def _environment(suffixes: tuple[str, ...], options: dict[str, Any]) -> Environment:
    options.update(
        loader=_SuffixLoader(suffixes),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment = Environment(**options)  # noqa: S701  autoescape is set by both callers
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["quoted"] = quoted
    environment.globals.update(static=static, url=reverse, sandbox=settings.SANDBOX, csrf=get_token)
    return environment
