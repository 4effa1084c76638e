"""In: the text of one YAML file. Out: its plain values with the line of each, and faults for what is not
right.

Every scalar is read as a string, so that ``at: 10:00`` stays a time and ``country: NO`` stays a country;
the types asked for in :meth:`Document.read` turn strings into values.
"""

from collections.abc import Iterable
from types import UnionType
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from yaml.error import MarkedYAMLError

from course.curriculum.faults import Fault, nearest

Place = tuple[str | int, ...]
T = TypeVar("T")

_FIXES = {
    "int_parsing": "Write a whole number.",
    "bool_parsing": "Write true or false.",
    "string_too_short": "Write at least one character.",
    "string_type": "Write words here.",
    "tuple_type": "Write a list: one entry a line, each after a dash.",
    "dict_type": "Write keys and values, as in `key: value`.",
    "model_type": "Write keys and values, as in `key: value`.",
}


class _Loader(yaml.SafeLoader):
    """Composes nodes; refuses anchors, which could make a small file endless."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call] # PyYAML stubs
            raise MarkedYAMLError(problem="an alias (`*`) is not allowed here", problem_mark=mark)
        return super().compose_node(parent, index)


class Document:
    """One YAML file. ``data`` is None when it does not parse; ``faults`` grows as it is read."""

    def __init__(self, file: str, text: str) -> None:
        """Compose ``text``. Nothing is raised: what does not parse becomes a fault."""
        self.file = file
        self.faults: list[Fault] = []
        self._lines: dict[Place, int] = {}
        self.data: Any = None
        node = self._compose(text)
        if node is not None:
            self.data = self._plain(node, ())

    def fault(self, place: Place, what: str, fix: str, kind: str = "error") -> None:
        """Note a fault at the line of ``place``, or of the nearest thing around it."""
        self.faults.append(Fault(self.file, self.line(place), what, fix, kind))

    def line(self, place: Place) -> int:
        """Return the line (from 1) of the value at ``place``, or of the nearest thing around it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def value(self, place: Place) -> Any:
        """Return the plain value (str, list or dict) at ``place``, or None."""
        found = self.data
        for key in place:
            if isinstance(found, dict):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                return None
        return found

    def entries(self, place: Place) -> list[Place]:
        """Return the places of the entries of the list or mapping at ``place``; none for anything else."""
        found = self.value(place)
        if isinstance(found, dict):
            return [(*place, key) for key in found]
        return [(*place, index) for index in range(len(found))] if isinstance(found, list) else []

    def read(self, place: Place, kind: TypeAdapter[T]) -> T | None:
        """Return the value at ``place`` as ``kind``; on any fault note them all and return None."""
        try:
            return kind.validate_python(self.value(place))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._explain(place, dict(detail), kind)
            return None

    def check_keys(self, place: Place, known: Iterable[str], optional: Iterable[str] = ()) -> None:
        """Note each key of the mapping at ``place`` that is not known, and each that is missing."""
        given = self.value(place)
        if not isinstance(given, dict):
            self.fault(place, f"{_label(place)} is not a list of keys and values", _FIXES["dict_type"])
            return
        for key in given:
            if key not in (*known, *optional):
                self._unknown((*place, key), (*known, *optional))
        for key in known:
            if key not in given:
                self._missing((*place, key))

    def _compose(self, text: str) -> Any:
        try:
            node = yaml.compose(text, Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else _line_of(error, text)
            problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
            fix = "Check the indentation, the quotes and the brackets here."
            self.faults.append(Fault(self.file, line, f"this is not YAML that can be read: {problem}", fix))
            return None
        except RecursionError:
            fix = "Use at most a few levels of brackets."
            self.faults.append(Fault(self.file, 1, "brackets are nested too deeply", fix))
            return None
        if node is None:
            self.fault((), "nothing is written here", "Write the keys that belong here.")
        return node

    def _plain(self, node: Any, place: Place) -> Any:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*place, index)) for index, child in enumerate(node.value)]
        return "" if node.tag.endswith(":null") else node.value

    def _mapping(self, node: Any, place: Place) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                fault = Fault(self.file, key_node.start_mark.line + 1, "a key is not a word", "Write a word.")
                self.faults.append(fault)
                continue
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in plain:
                first = self._lines[(*place, key)]
                what = f"`{key}` is written twice, first on line {first}"
                self.faults.append(Fault(self.file, line, what, "Keep one of the two."))
                continue
            self._lines[(*place, key)] = line
            plain[key] = self._plain(value_node, (*place, key))
        return plain

    def _explain(self, place: Place, detail: dict[str, Any], kind: TypeAdapter[Any]) -> None:
        spot = (*place, *detail["loc"])
        if detail["type"] == "extra_forbidden":
            self._unknown(spot, _keys_at(kind, detail["loc"][:-1]))
        elif detail["type"] == "missing":
            self._missing(spot)
        elif "fix" in detail.get("ctx", {}):
            self.fault(spot, f"{_label(spot)}: {detail['msg']}", detail["ctx"]["fix"])
        else:
            fix = _FIXES.get(detail["type"]) or detail["msg"].replace("Input should", "It should") + "."
            self.fault(spot, f"{_label(spot)} is {_shown(detail['input'])}", fix)

    def _unknown(self, place: Place, known: Iterable[str]) -> None:
        self.fault(place, f"{_label(place)} is not a known key", nearest(str(place[-1]), known))

    def _missing(self, place: Place) -> None:
        self.fault(place, f"{_label(place)} is missing", f"Add `{place[-1]}:` here.")


def _label(place: Place) -> str:
    words = [str(key + 1) if isinstance(key, int) else key for key in place]
    return f"`{'.'.join(words)}`" if words else "the file"


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"' if value else "empty"
    return "a list" if isinstance(value, list) else "a group of keys" if isinstance(value, dict) else "not given"


def _keys_at(kind: TypeAdapter[Any], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys a file may use in the model found by following ``loc`` (made of keys) into ``kind``."""
    model: Any = getattr(kind, "_type", None)
    for key in loc:
        fields = model.model_fields.items()
        model = next(f.annotation for name, f in fields if key in (name, f.alias))
        if isinstance(model, UnionType):  # a group of keys that may be left out
            model = get_args(model)[0]
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _line_of(error: yaml.YAMLError, text: str) -> int:
    position = getattr(error, "position", 0) or 0
    return text.count("\n", 0, position) + 1
