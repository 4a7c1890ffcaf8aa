# SPDX-License-Identifier: Apache-2.0
"""A review point as its author types it (要点编写), and the pack's texts with it written in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from huiban.packloader import Problem, strict
from huiban.packloader.build_review import REVIEW
from huiban.packloader.rewrite import RewriteRefused, appended, flow, new_list, rewritten
from huiban.packloader.strict import Plain

SENTENCES = ("title", "applicant", "officer")
LINES = ("holds", "basis", "severity", "about", "settles")
LISTS = ("lives", "shows")
FACTS, EXAMPLES = "facts", "examples"
"""Where the two panes' own mistakes are told: they stand in no file yet."""
USUAL_NEEDS = Decimal("0.8")
_NEW_EXAMPLES = "examples/review.yaml"
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]{1,9})?")
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """
    A point as it is typed: one text a field, sentences as `title_zh` and `title_en`.

    `facts` and `examples` are YAML: the facts by name, a list of examples to add. `expected` is
    what examples that are there must say of the point, by file and index.
    """

    code: str
    texts: Mapping[str, str] = field(default_factory=dict)
    lives: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    facts: str = ""
    examples: str = ""
    expected: Mapping[tuple[str, int], str] = field(default_factory=dict)
    is_new: bool = False

    def get(self, name: str) -> str:
        return " ".join(self.texts.get(name, "").split())


@dataclass(frozen=True, slots=True)
class Made:
    """The texts of a pack with a point written in, and what could not be written."""

    texts: Texts
    index: int
    faults: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FactTyped:
    """A new fact as the form asks for it; what is left empty is not written."""

    name: str
    how: str = ""
    of: str = ""
    against: str = ""
    unit: str = ""
    take: str = ""
    label: str = ""

    def line(self) -> str:
        """Write it as a line of YAML."""
        key = "of" if self.how == "covers" else "with"
        more = {key: self.against, "take": self.take, "unit": self.unit, "label": self.label}
        said: Plain = {self.how: self.of, **{name: text for name, text in more.items() if text}}
        return f"{flow(self.name)}: {flow(said)}"


def written_of(texts: Texts, code: str) -> Written:
    """Return a point as it stands in a pack, with the facts it uses."""
    data = data_of(texts)
    points = _points(data)
    point = next((one for one in points if one.get("code") == code), {})
    typed = {name: _line(point.get(name)) for name in LINES}
    for name in SENTENCES:
        typed[f"{name}_zh"], typed[f"{name}_en"] = _pair(point.get(name))
    typed["needs"] = _line(point.get("needs", USUAL_NEEDS))
    lives, shows = (_words(point.get(name)) for name in LISTS)
    used = [*_WORD.findall(typed["holds"]), *shows]
    facts = _mapping(data.get("facts"))
    lines = [f"{name}: {flow(facts[name])}" for name in dict.fromkeys(used) if name in facts]
    return Written(code, typed, lives, shows, "\n".join(lines))


def empty(life: str, settles: str) -> Written:
    """Return a point that is not written yet."""
    usual = {"severity": "should", "settles": settles, "needs": str(USUAL_NEEDS)}
    return Written("", usual, (life,), is_new=True)


def texts_with(texts: Texts, written: Written) -> Made:
    """
    Write a point into a pack: of every file only what changed is touched.

    What cannot be written is told and left out, so that everything else can still be checked.
    """
    made, faults = dict(texts), list[Problem]()
    data = data_of(texts)
    codes = [one.get("code") for one in _points(data)]
    is_there = written.code in codes and not written.is_new
    index = codes.index(written.code) if is_there else len(codes)
    facts = _facts_changed(data, written, faults)
    # New facts come first: a rule may name them.
    for name, value in facts.items():
        _set(made, REVIEW, ("facts", name), value, faults)
    if is_there:
        for key, value in _keys_changed(_points(data)[index], written):
            _set(made, REVIEW, ("points", index, key), value, faults)
    else:
        _append(made, REVIEW, "points", _whole(written), faults)
    _expectations(made, written, faults)
    for one in _examples(written, faults):
        _append(made, _examples_file(made), "examples", one, faults)
    return Made(made, index, tuple(faults))


def data_of(texts: Texts) -> dict[str, Plain]:
    """Return what review.yaml says, as plain values."""
    return _mapping(_read(texts.get(REVIEW, "")))


def examples_in(texts: Texts, file: str) -> int:
    """Return how many examples stand in a file."""
    listed = _mapping(_read(texts.get(file, ""))).get("examples")
    return len(listed) if isinstance(listed, list) else 0


def _keys_changed(old: Mapping[str, Plain], written: Written) -> Iterator[tuple[str, Plain]]:
    for name in SENTENCES:
        if _pair(old.get(name)) != _typed_pair(written, name):
            yield name, _sentence(written, name)
    for name in LINES:
        if _line(old.get(name)) != written.get(name):
            yield name, written.get(name)
    for name, words in zip(LISTS, (written.lives, written.shows), strict=True):
        if _words(old.get(name)) != words:
            yield name, list(words)
    needs = _needs(written)
    if old.get("needs", USUAL_NEEDS) != needs:
        yield "needs", needs


def _whole(written: Written) -> Plain:
    point: dict[str, Plain] = {"code": written.code, "title": _sentence(written, "title")}
    point["holds"] = written.get("holds")
    point["lives"] = list(written.lives)
    point |= {name: written.get(name) for name in ("basis", "severity", "about")}
    point["shows"] = list(written.shows)
    point |= {name: _sentence(written, name) for name in ("applicant", "officer")}
    point["settles"] = written.get("settles")
    if _needs(written) != USUAL_NEEDS:
        point["needs"] = _needs(written)
    return point


def _needs(written: Written) -> Plain:
    """Return the threshold as a number; what is none goes as it was typed, and is told."""
    text = written.get("needs")
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else text
    except InvalidOperation:
        return text


def _sentence(written: Written, name: str) -> Plain:
    zh, en = _typed_pair(written, name)
    return {"zh": zh, "en": en} if en else zh


def _typed_pair(written: Written, name: str) -> tuple[str, str]:
    return written.get(f"{name}_zh"), written.get(f"{name}_en")


def _facts_changed(
    data: Mapping[str, Plain], written: Written, faults: list[Problem]
) -> dict[str, Plain]:
    """Return the facts that are new or changed; one that other points use is not changed."""
    node, problems = strict.read(written.facts, FACTS) if written.facts.strip() else (None, [])
    faults += [_placed(one, FACTS) for one in problems]
    typed = strict.plain(node) if node else {}
    if not isinstance(typed, dict):
        faults.append(Problem(FACTS, 1, FACTS, "not one `name: {…}` a line", "write them so"))
        return {}
    known = _mapping(data.get("facts"))
    changed = {name: value for name, value in typed.items() if known.get(name) != value}
    for name in sorted(set(changed) & set(known)):
        others = [code for code in _using(data, name) if code != written.code]
        if others:
            message = f"'{name}' is used by {', '.join(others)} as well"
            line = strict.line_at(node, (name,))
            faults.append(Problem(FACTS, line, FACTS, message, "give yours a new name"))
            del changed[name]
    return changed


def _using(data: Mapping[str, Plain], name: str) -> list[str]:
    return [
        str(one.get("code"))
        for one in _points(data)
        if name in (*_WORD.findall(_line(one.get("holds"))), *_words(one.get("shows")))
    ]


def _examples(written: Written, faults: list[Problem]) -> list[Plain]:
    if not written.examples.strip():
        return []
    node, problems = strict.read(written.examples, EXAMPLES)
    faults += [_placed(one, EXAMPLES) for one in problems]
    typed = strict.plain(node) if node else []
    if isinstance(typed, dict):
        typed = typed.get("examples", typed)
    if isinstance(typed, list):
        return typed
    faults.append(Problem(EXAMPLES, 1, EXAMPLES, "not a list of examples", "begin with `- name:`"))
    return []


def _expectations(made: dict[str, str], written: Written, faults: list[Problem]) -> None:
    for (file, index), verdict in written.expected.items():
        path = ("examples", index, "review", "findings", written.code)
        _set(made, file, path, verdict, faults)


def _examples_file(texts: Texts) -> str:
    """Return the file of examples that shows review points, else the one it would be."""
    files = sorted(one for one in texts if one.startswith("examples/") and one.endswith(".yaml"))
    for file in files:
        listed = _mapping(_read(texts[file])).get("examples")
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict) and "review" in one:
                return file
    return _NEW_EXAMPLES


def _set(
    made: dict[str, str], file: str, path: Sequence[str | int], value: Plain, faults: list[Problem]
) -> None:
    try:
        made[file] = rewritten(made[file], path, value)
    except RewriteRefused as refused:
        faults.append(_refused(file, path, refused))


def _append(made: dict[str, str], file: str, key: str, value: Plain, faults: list[Problem]) -> None:
    try:
        made[file] = appended(made[file], (key,), value) if file in made else new_list(key, [value])
    except RewriteRefused as refused:
        faults.append(_refused(file, (key,), refused))


def _refused(file: str, path: Sequence[str | int], refused: RewriteRefused) -> Problem:
    return Problem(file, 1, ".".join(map(str, path)), str(refused))


def _placed(one: Problem, field_name: str) -> Problem:
    return Problem(one.path, one.line, field_name, one.message, one.cure)


def _read(text: str) -> Plain:
    node, _ = strict.read(text, "")
    return strict.plain(node) if node else None


def _mapping(value: Plain) -> dict[str, Plain]:
    return value if isinstance(value, dict) else {}


def _points(data: Mapping[str, Plain]) -> list[dict[str, Plain]]:
    found = data.get("points")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _line(value: Plain) -> str:
    """Return a single value as it is typed."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return (
        " ".join(value.split()) if isinstance(value, str) else "" if value is None else str(value)
    )


def _pair(value: Plain) -> tuple[str, str]:
    if isinstance(value, dict):
        return _line(value.get("zh")), _line(value.get("en"))
    return _line(value), ""


def _words(value: Plain) -> tuple[str, ...]:
    return tuple(map(_line, value)) if isinstance(value, list) else ()
