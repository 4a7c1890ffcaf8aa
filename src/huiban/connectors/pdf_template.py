# SPDX-License-Identifier: Apache-2.0
"""What a document template (文书模板) may contain, and how its faults are told to its author."""

import re
from collections.abc import Mapping
from functools import lru_cache
from posixpath import dirname, join, normpath

import typst

_RESERVED = {
    "eval": "text must never become code",
    "plugin": "templates bring no programs",
    "std": "it would reach the refused functions",
}
_WORDS = re.compile(r"\b(import|include|eval|plugin|std)\b")
_NAME = re.compile(r"[\w./-]+\.typ")
_TARGET = re.compile(r'\s*"((?:\.{1,2}/|/)?[\w./-]+\.typ)"')
_PLACE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):\d+")
_SEARCHED = re.compile(r" \(searched at (.*)\)")
ENGINE_FILES = ("main.typ", "huiban.typ")


class TemplateRefused(ValueError):
    """A template cannot be used; `file` and `line` say where (line 0: the whole file)."""

    def __init__(self, file: str, line: int, message: str, cure: str = "") -> None:
        self.file, self.line, self.message, self.cure = file, line, message, cure
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {message}" + (f" ({cure})" if cure else ""))


def check_templates(texts: Mapping[str, str], main: str) -> dict[str, str]:
    """
    Check that a template stays within its own texts before any of it runs.

    Gives the texts it reaches: every one would be parsed anew for each document.

    :raises TemplateRefused: at the first import that is missing, computed or from the network, and
        at any function that turns text into code.
    """
    if main not in texts or not _NAME.fullmatch(main):
        raise TemplateRefused(main, 0, "there is no such template", _known(texts))
    reached: dict[str, str] = {}
    pending = [main]
    while pending:
        file = pending.pop()
        if file in reached:
            continue
        reached[file] = texts[file]
        for target, line in _imports(file, texts[file]):
            if target in texts:
                pending.append(target)
            elif target not in ENGINE_FILES:
                message = f"'/{target}' is imported and is not there"
                raise TemplateRefused(file, line, message, _known(texts))
    pictures = {name: text for name, text in texts.items() if name.endswith(".svg")}
    return pictures | reached


def _known(texts: Mapping[str, str]) -> str:
    known = ", ".join(f"/{one}" for one in sorted(texts) if one.endswith(".typ"))
    return f"known: {known or 'none'}"


@lru_cache(maxsize=1024)
def _imports(file: str, text: str) -> tuple[tuple[str, int], ...]:
    """This function will give what a template imports, with lines, and refuse what it may not."""
    found = []
    for word in _WORDS.finditer(text):
        line = text.count("\n", 0, word.start()) + 1
        rest = text[word.end() : word.end() + 200]
        fault = _fault(word[1], rest)
        if fault:
            raise TemplateRefused(file, line, *fault)
        target = _TARGET.match(rest)
        if target:
            found.append((_absolute(file, target[1]), line))
    return tuple(found)


def _absolute(file: str, target: str) -> str:
    return normpath(join("/", dirname(file), target)).lstrip("/")


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
    own = [one for one in places if one[0] not in ENGINE_FILES] or [(main, 0)]
    message = _SEARCHED.sub(lambda found: f": {_shorten(found[1])}", str(error.message))
    callers = [f"{file}:{line}" for file, line in own[1:] if (file, line) != own[0]]
    if callers:
        message += ", called from " + ", ".join(dict.fromkeys(callers))
    hints = [str(one) for one in error.hints if "--root" not in str(one)]
    return TemplateRefused(*own[0], message, "; ".join(hints))


def _shorten(file: str) -> str:
    """This function will cut what lies before the in-memory root from a path in a report."""
    return re.sub(r"^.*huiban-typst-[^/]+/", "", file)
