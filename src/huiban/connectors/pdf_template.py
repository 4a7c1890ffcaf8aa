# SPDX-License-Identifier: Apache-2.0
"""What a document template (文书模板) may contain, and how its faults are told to its author."""

import re
from collections.abc import Mapping

import typst

_RESERVED = {
    "eval": "text must never become code",
    "plugin": "templates bring no programs",
    "std": "it would reach the refused functions",
}
_WORDS = re.compile(r"\b(import|include|eval|plugin|std)\b")
_TARGET = re.compile(r'\s*"((?:\.{1,2}/|/)?[\w./-]+\.typ)"')
_PLACE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):\d+")
_SEARCHED = re.compile(r" \(searched at .*\)")
_ENGINE_FILES = ("main.typ", "huiban.typ")


class TemplateRefused(ValueError):
    """A template cannot be used; `file` and `line` say where (line 0: the whole file)."""

    def __init__(self, file: str, line: int, message: str, cure: str = "") -> None:
        self.file, self.line, self.message, self.cure = file, line, message, cure
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {message}" + (f" ({cure})" if cure else ""))


def check_templates(texts: Mapping[str, str], main: str) -> None:
    """
    Check that a set of templates stays within its own texts before any of it runs.

    :raises TemplateRefused: at the first import from the network, computed import, or function
        that turns text into code.
    """
    if main not in texts:
        known = ", ".join(sorted(one for one in texts if one.endswith(".typ"))) or "none"
        raise TemplateRefused(main, 0, "there is no such template", f"known: {known}")
    for file, text in texts.items():
        if file in _ENGINE_FILES:
            raise TemplateRefused(file, 0, "the engine brings a file of this name", "rename it")
        if file.endswith(".typ"):
            _check_words(file, text)


def _check_words(file: str, text: str) -> None:
    for found in _WORDS.finditer(text):
        fault = _fault(found[1], text[found.end() :][:200])
        if fault:
            raise TemplateRefused(file, text.count("\n", 0, found.start()) + 1, *fault)


def _fault(word: str, rest: str) -> tuple[str, str] | None:
    if word in _RESERVED:
        return f"'{word}' is refused: {_RESERVED[word]}", "remove it, even from comments"
    if _TARGET.match(rest):
        return None
    if re.match(r'\s*"@', rest):
        message = "packages from the network are refused"
        return message, "copy what you need into packs/common/documents"
    return f"'{word}' needs a literal path", f'write {word} "/common/documents/letter.typ"'


def refusal_of(error: typst.TypstError, main: str) -> TemplateRefused:
    """This function will say where a template failed, and from where it was called."""
    report = str(error.diagnostic)
    start = max(report.find("error:"), 0)  # warnings come first and are not the reason
    places = [
        (_shorten(found["file"]), int(found["line"])) for found in _PLACE.finditer(report, start)
    ]
    return _locate(error, places, main)


def _locate(error: typst.TypstError, places: list[tuple[str, int]], main: str) -> TemplateRefused:
    own = [one for one in places if one[0] not in _ENGINE_FILES] or [(main, 0)]
    message = _SEARCHED.sub("", str(error.message))
    callers = [f"{file}:{line}" for file, line in own[1:] if (file, line) != own[0]]
    if callers:
        message += ", called from " + ", ".join(dict.fromkeys(callers))
    hints = [str(one) for one in error.hints if "--root" not in str(one)]
    return TemplateRefused(*own[0], message, "; ".join(hints))


def _shorten(file: str) -> str:
    """This function will cut what lies before the in-memory root from a path in a report."""
    return re.sub(r"^.*huiban-typst-[^/]+/", "", file)
