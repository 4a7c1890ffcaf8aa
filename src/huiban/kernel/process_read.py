# SPDX-License-Identifier: Apache-2.0
"""Reading chart data piece by piece; every fault is noted with its path and the reading goes on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from huiban.kernel.clock import Limit, LimitRefused
from huiban.kernel.process_chart import ChartFault, Guard
from huiban.kernel.rule import RuleRefused, Schema, closure, parse
from huiban.kernel.words import Words

Data = Mapping[str, object]


def cure_for(word: str, known: Iterable[str]) -> str:
    """Propose the nearest known word; with nothing near, list what is known."""
    choices = sorted(set(known))
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return "known: " + ", ".join(choices) if choices else "none is declared"


def at(path: str, key: str) -> str:
    """Write the path of a key."""
    return f"{path}.{key}" if path else key


@dataclass(slots=True)
class Reader:
    """Collects faults while reading; what cannot be read comes back empty."""

    schema: Schema
    faults: list[ChartFault] = field(default_factory=list)
    guards: dict[str, Guard | None] = field(default_factory=dict)

    def fault(self, path: str, message: str, cure: str = "") -> None:
        self.faults.append(ChartFault(path, message, cure))

    def mapping(self, value: object, path: str) -> Data:
        """Return the mapping, or note a fault and return an empty one."""
        if isinstance(value, Mapping):
            return {str(key): part for key, part in value.items()}
        if value is not None:
            self.fault(
                path, f"expected a mapping, found {_kind(value)}", "write `key: value` lines"
            )
        return {}

    def known_keys(self, data: Data, path: str, known: Sequence[str]) -> None:
        for key in data:
            if key not in known:
                self.fault(at(path, key), f"unknown key '{key}'", _cure(key, known))

    def text(self, data: Data, key: str, path: str) -> str:
        """Return a text entry, "" where absent."""
        value = data.get(key)
        if value is None:
            return ""
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.fault(at(path, key), f"expected a text, found {_kind(value)}", "quote it")
        return ""

    def flag(self, data: Data, key: str, path: str) -> bool | None:
        value = data.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.fault(at(path, key), f"expected true or false, found {_kind(value)}", "write true")
        return None

    def texts(self, data: Data, key: str, path: str) -> tuple[str, ...]:
        """Return a list of texts; one text alone stands for a list of one."""
        value = data.get(key)
        if value is None:
            return ()
        parts = [value] if isinstance(value, str) else value
        if isinstance(parts, list | tuple) and all(isinstance(part, str) for part in parts):
            return tuple(str(part) for part in parts)
        self.fault(at(path, key), f"expected a list of names, found {_kind(value)}", "write [a, b]")
        return ()

    def words(self, data: Data, key: str, path: str) -> Words:
        """Return {zh, en} or a plain Chinese text as Words."""
        value = data.get(key)
        if isinstance(value, str):
            return Words(value)
        if value is None:
            return Words("")
        found = self.mapping(value, at(path, key))
        self.known_keys(found, at(path, key), ("zh", "en"))
        if found and not found.get("zh"):
            self.fault(at(path, key), "no Chinese text", "add `zh`")
        return Words(str(found.get("zh", "")), str(found.get("en", "")))

    def guard(self, data: Data, path: str) -> Guard | None:
        """Parse `when`; the same text is parsed once a chart."""
        text = self.text(data, "when", path)
        if not text:
            return None
        if text not in self.guards:
            self.guards[text] = self._parsed(text, at(path, "when"))
        found = self.guards[text]
        label = self.words(data, "when_label", path)
        return Guard(found.text, found.fields, found.ask, label) if found and label else found

    def _parsed(self, text: str, path: str) -> Guard | None:
        try:
            rule = parse(text, self.schema)
        except RuleRefused as refused:
            self.fault(path, str(refused), refused.cure)
            return None
        return Guard(text, rule.fields, closure(rule))

    def one_of(self, word: str, known: Iterable[str], path: str, what: str) -> bool:
        """Note a fault unless `word` is one of the known."""
        choices = tuple(known)
        if word in choices:
            return True
        self.fault(path, f"unknown {what} '{word}'", cure_for(word, choices))
        return False

    def limit(self, value: object, path: str) -> Limit | None:
        """Read a time limit such as `20 work_days`."""
        if not isinstance(value, str):
            self.fault(path, "no time limit", "write '20 work_days'")
            return None
        try:
            return Limit.parse(value)
        except LimitRefused as refused:
            self.fault(path, str(refused))
            return None


def _cure(key: str, known: Sequence[str]) -> str:
    if key == "True":
        return "YAML read `on` as true: quote it, or load with the strict loader"
    return cure_for(key, known)


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true/false", int: "a number"}
    return names.get(type(value), type(value).__name__)
