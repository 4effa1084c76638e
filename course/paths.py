"""Where things lie: the course's words, the templates and the data folder, in a checkout or installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
_SHIPPED = PACKAGE / "_shipped"


def templates() -> Path:
    """Return the folder of Jinja2 templates."""
    return _first(CHECKOUT / "templates", _SHIPPED / "templates")


def schedule(course_dir: str) -> Path:
    """Return schedule.yaml of the course in ``course_dir``, or of the sample course when that is empty."""
    if course_dir:
        return Path(course_dir) / "schedule.yaml"
    return _first(CHECKOUT / "schedule.yaml", _SHIPPED / "schedule.yaml")


def lessons(course_dir: str) -> Path:
    """Return the folder of lessons, red flags and safety texts that belongs to ``schedule(course_dir)``."""
    return Path(course_dir) / "lessons" if course_dir else PACKAGE / "lessons"


def static() -> Path:
    """Return the folder of the style sheet and scripts that pages use."""
    return PACKAGE / "web" / "static"


def _first(*places: Path) -> Path:
    return next((place for place in places if place.exists()), places[0])
