# SPDX-License-Identifier: Apache-2.0
"""English sentences of the screens: find the Chinese msgids in use, compile *.po to django.mo."""

import argparse
import ast
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "huiban"
CATALOGUE = SOURCE / "web" / "locale" / "en" / "LC_MESSAGES"
SAMPLES = "gallery"  # invented content of the gallery, shown to developers only

_CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2}
_CALLS |= {"ngettext_lazy": 2}
_INSIDE = re.compile(r"""\b_\(("[^"]+"|'[^']+')\)""")
_LINE = re.compile(r'(msgid|msgid_plural|msgstr|msgstr\[([0-9])\])?\s*(".*")')


class MessagesRefused(ValueError):
    """A catalogue cannot be read; the message says file, line and cure."""


@dataclass(frozen=True, order=True, slots=True)
class Message:
    """One msgid in use, with its plural where it has one."""

    text: str
    plural: str = ""


@dataclass(slots=True)
class Entry:
    """One message of a catalogue with its translations, singular first."""

    text: str = ""
    plural: str = ""
    spoken: dict[int, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return all(self.spoken.get(n) for n in ((0, 1) if self.plural else (0,)))


# ── What is in use ──


def used(source: Path = SOURCE) -> dict[Message, str]:
    """Return every message in use with the first place that uses it, as `file:line`."""
    found: dict[Message, str] = {}
    for path in sorted(source.rglob("*.html")):
        if SAMPLES not in path.parts:
            for message, line in in_template(path.read_text(encoding="utf-8")):
                found.setdefault(message, f"{path.relative_to(source)}:{line}")
    for path in sorted(source.rglob("*.py")):
        for message, line in in_module(path.read_text(encoding="utf-8")):
            found.setdefault(message, f"{path.relative_to(source)}:{line}")
    return found


def in_template(text: str) -> Iterator[tuple[Message, int | None]]:
    """Yield the messages of a template: `translate`, `blocktranslate`, and `_("…")` in any tag."""
    tokens = iter(Lexer(text).tokenize())
    for token in tokens:
        if token.token_type not in (TokenType.BLOCK, TokenType.VAR):
            continue
        parts = token.split_contents()
        if parts[0] == "translate" and parts[1][0] in "\"'":
            yield Message(parts[1][1:-1].replace("%", "%%")), token.lineno
        elif parts[0] == "blocktranslate":
            yield _block(tokens, "trimmed" in parts), token.lineno
        for inner in _INSIDE.findall(token.contents):
            yield Message(inner[1:-1]), token.lineno


def _block(tokens: Iterator[Token], is_trimmed: bool) -> Message:
    pieces: list[list[str]] = [[]]
    for token in tokens:
        if token.token_type is TokenType.TEXT:
            pieces[-1].append(token.contents.replace("%", "%%"))
        elif token.token_type is TokenType.VAR:
            pieces[-1].append(f"%({token.contents})s")
        elif token.contents.strip() == "plural":
            pieces.append([])
        else:
            break
    texts = ["".join(piece) for piece in pieces]
    if is_trimmed:
        texts = [" ".join(line.strip() for line in one.strip().splitlines()) for one in texts]
    return Message(*texts)


def in_module(text: str) -> Iterator[tuple[Message, int]]:
    """Yield the messages of gettext calls with literal arguments."""
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        count = _CALLS.get(node.func.id, 0)
        texts = [one.value for one in node.args[:count] if isinstance(one, ast.Constant)]
        if count and len(texts) == count:
            yield Message(*map(str, texts)), node.lineno


# ── Catalogues ──


def entries(path: Path) -> list[Entry]:
    """
    Read a .po file.

    :raises MessagesRefused: at the first line that is neither comment, blank, nor part of an entry.
    """
    found: list[Entry] = []
    kind = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        part = _LINE.fullmatch(line.strip())
        if part is None or not (part[1] or kind):
            raise MessagesRefused(
                f'{path.name}:{number}: expected msgid, msgstr or a "quoted text", found: {line}'
            )
        kind = part[1] or kind
        if part[1] == "msgid":
            found.append(Entry())
        _append(found[-1], kind, part[2] or "0", ast.literal_eval(part[3]))
    return found


def _append(entry: Entry, kind: str, number: str, text: str) -> None:
    if kind == "msgid":
        entry.text += text
    elif kind == "msgid_plural":
        entry.plural += text
    else:
        place = int(number) if kind == "msgstr" else int(kind[-2])
        entry.spoken[place] = entry.spoken.get(place, "") + text


def catalogue(folder: Path = CATALOGUE) -> dict[str, Entry]:
    """
    Return the entries of all .po files of a folder by msgid; the one without text is the header.

    :raises MessagesRefused: if two files translate the same msgid differently.
    """
    known: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.po")):
        for entry in entries(path):
            before = known.setdefault(entry.text, entry)
            if before.spoken != entry.spoken and entry.text:
                raise MessagesRefused(
                    f"{path.name}: “{entry.text}” is translated differently in another file; "
                    "delete one of the two"
                )
    return known


def missing(found: dict[Message, str], known: dict[str, Entry]) -> dict[Message, str]:
    """Return the messages in use that have no complete translation."""
    gaps = {}
    for message, place in found.items():
        entry = known.get(message.text)
        if entry is None or not entry.is_complete or entry.plural != message.plural:
            gaps[message] = place
    return gaps


def unused(found: dict[Message, str], known: dict[str, Entry]) -> list[str]:
    in_use = {message.text for message in found}
    return sorted(text for text in known if text and text not in in_use)


def compiled(known: dict[str, Entry]) -> bytes:
    """Return the binary catalogue (GNU .mo, little endian, no hash table)."""
    pairs = sorted(_pair(entry) for entry in known.values() if entry.is_complete)
    start = 28 + 16 * len(pairs)
    ids = b"".join(key + b"\0" for key, _ in pairs)
    texts = b"".join(value + b"\0" for _, value in pairs)
    tables = b""
    for column, offset in ((0, start), (1, start + len(ids))):
        for pair in pairs:
            tables += struct.pack("<II", len(pair[column]), offset)
            offset += len(pair[column]) + 1
    count = len(pairs)
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, start)
    return head + tables + ids + texts


def _pair(entry: Entry) -> tuple[bytes, bytes]:
    key = f"{entry.text}\0{entry.plural}" if entry.plural else entry.text
    return key.encode(), "\0".join(text for _, text in sorted(entry.spoken.items())).encode()


def as_po(gaps: dict[Message, str]) -> str:
    """Write messages as .po entries to fill in."""
    return "\n".join(_blank(message, place) for message, place in sorted(gaps.items()))


def _blank(message: Message, place: str) -> str:
    lines = [f"#: {place}", f"msgid {_quoted(message.text)}"]
    if message.plural:
        lines += [f"msgid_plural {_quoted(message.plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
    else:
        lines += ['msgstr ""']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "act",
        choices=["compile", "missing", "unused"],
        help="compile: write django.mo · missing: print entries to fill in · unused: leftovers",
    )
    act = parser.parse_args(arguments).act
    try:
        known = catalogue()
    except MessagesRefused as refused:
        sys.stderr.write(f"messages: {refused}\n")
        return 1
    if act == "compile":
        (CATALOGUE / "django.mo").write_bytes(compiled(known))
        return 0
    found = used()
    listed = as_po(missing(found, known)) if act == "missing" else "\n".join(unused(found, known))
    sys.stdout.write(listed + "\n" if listed else "")
    return 1 if listed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
