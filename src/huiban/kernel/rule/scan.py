# SPDX-License-Identifier: Apache-2.0
"""The alphabet of rules: text to tokens, with every bound checked before any parser runs."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import NamedTuple, NoReturn

from huiban.kernel.rule.tree import RuleRefused, Value

MAX_CHARACTERS = 2000
MAX_TOKENS = 400
MAX_DEPTH = 12
MAX_LITERAL = 200
MAX_NAME = 63  # what PostgreSQL keeps of a column's name
MAX_DIGITS = 15
MAX_DECIMALS = 6
MAX_YEARS = 200

KEYWORDS = frozenset(
    {"and", "or", "not", "in", "is", "null", "true", "false", "between", "like", "interval"}
)
OPERATORS = ("<>", "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "(", ")", ",")
OPERANDS = frozenset({"word", "number", "text", "date", "interval", "null", "true", "false"})
_BOOLEANS = {"true": True, "false": False}
UNITS = {"year": (12, 0), "month": (1, 0), "week": (0, 7), "day": (0, 1)}

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<quote>')|(?P<mark><>|!=|<=|>=|[=<>+\-*(),])"
)
_INTERVAL = re.compile(r"([0-9]{1,5}) (year|month|week|day)s?")
_SPELLED = {
    "==": "write '='",
    "--": "rules have no comments; write the reason in the title or the basis",
    "/*": "rules have no comments; write the reason in the title or the basis",
    "||": "write 'or'; texts cannot be joined",
    "&&": "write 'and'",
    "::": "facts already have their kind; leave the cast out",
}
_CURES = {
    ";": "a rule is one expression; leave it out",
    '"': "texts stand in single quotes, facts in none",
    "`": "texts stand in single quotes, facts in none",
    ".": "a fact is one word; a number needs a digit before the point",
    "/": "multiply the other side instead: a * 100 >= b * 20",
    "%": "multiply the other side instead: a * 100 >= b * 20",
    "!": "write 'not' or '<>'",
    "~": "patterns are not allowed; use like 'abc%'",
    "≥": "write '>='",
    "≤": "write '<='",
    "≠": "write '<>'",
    "×": "write '*'",
}


class Token(NamedTuple):
    """One token: `kind` is word, number, text, date, interval, a keyword or a mark."""

    kind: str
    text: str
    start: int
    end: int
    value: Value = None


class _Scanner:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.open: list[int] = []

    def refuse(self, message: str, offset: int, cure: str = "") -> NoReturn:
        raise RuleRefused(message, self.text, offset, cure)

    def run(self) -> list[Token]:
        at = 0
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if found is None:
                self.stranger(at)
            if found.lastgroup == "quote":
                at = self.quoted(at)
                continue
            if found.lastgroup != "space":
                self.plain(found)
            at = found.end()
        if self.open:
            self.refuse("this parenthesis is never closed", self.open[-1], "add ')'")
        return self.tokens

    def plain(self, found: re.Match[str]) -> None:
        text, start = found[0], found.start()
        if found["word"]:
            low = text.lower()
            if len(text) > MAX_NAME:
                cure = f"at most {MAX_NAME} letters"
                self.refuse("the name is too long", start, cure)
            kind, value = (low, _BOOLEANS.get(low)) if low in KEYWORDS else ("word", None)
            self.add(Token(kind, text, start, found.end(), value))
        elif found["number"]:
            self.number(text, start)
        else:
            self.mark(text, start)

    def add(self, token: Token) -> None:
        if len(self.tokens) >= MAX_TOKENS:
            cure = "split it into several criteria"
            self.refuse(f"the rule has more than {MAX_TOKENS} words and marks", token.start, cure)
        self.tokens.append(token)

    def mark(self, text: str, start: int) -> None:
        if cure := _SPELLED.get(self.text[start : start + 2]):
            self.refuse(f"{self.text[start : start + 2]!r} is not in the language", start, cure)
        if text == "(":
            self.open.append(start)
            if len(self.open) > MAX_DEPTH:
                cure = "split it into several criteria"
                self.refuse(f"parentheses are nested more than {MAX_DEPTH} deep", start, cure)
        elif text == ")":
            if not self.open:
                self.refuse("this parenthesis closes nothing", start, "leave it out")
            self.open.pop()
        self.prefix(text, start)
        self.add(Token(text, text, start, start + len(text)))

    def prefix(self, text: str, start: int) -> None:
        # A run of prefix operators nests like parentheses do, without closing anything.
        last = self.tokens[-1].kind if self.tokens else ""
        if text == "-" and last in {"+", "-", "*"}:
            self.refuse("two operators in a row", start, "put the negative number in parentheses")
        if text == ")" and last == ",":
            self.refuse("nothing stands after this comma", self.tokens[-1].start, "leave it out")

    def number(self, text: str, start: int) -> None:
        end = start + len(text)
        whole, _, fraction = text.partition(".")
        if self.text[end : end + 1].isalnum() or self.text[end : end + 1] in {"_", "."}:
            self.refuse("this is neither a number nor a word", start, "write digits only, as 12.50")
        if len(whole) > 1 and whole[0] == "0":
            self.refuse("a number starts with 0", start, "codes are texts: put it in single quotes")
        if len(whole) + len(fraction) > MAX_DIGITS or len(fraction) > MAX_DECIMALS:
            cure = f"at most {MAX_DIGITS} digits, {MAX_DECIMALS} of them after the point"
            self.refuse("the number is too long", start, cure)
        value = Decimal(text) if fraction else int(text)
        self.add(Token("number", text, start, end, value))

    def quoted(self, start: int) -> int:
        at = start + 1
        while True:
            at = self.text.find("'", at)
            if at < 0:
                self.refuse("this text is never closed", start, "add a single quote")
            if self.text[at + 1 : at + 2] != "'":
                break
            at += 2
        body = self.text[start + 1 : at]
        if len(body) > MAX_LITERAL:
            cure = f"at most {MAX_LITERAL} characters"
            self.refuse("the text is too long", start, cure)
        for offset, letter in enumerate(body, start + 1):
            if unicodedata.category(letter) in {"Cc", "Cf", "Cs"}:
                what = f"the text holds an invisible character (U+{ord(letter):04X})"
                self.refuse(what, offset, "remove it")
        self.literal(body.replace("''", "'"), start, at + 1)
        return at + 1

    def literal(self, body: str, start: int, end: int) -> None:
        last = self.tokens[-1] if self.tokens else None
        if last and last.kind == "word" and last.text.lower() == "date":
            self.tokens.pop()
            self.add(Token("date", body, last.start, end, self.date(body, start)))
        elif last and last.kind == "interval" and last.value is None:
            self.tokens.pop()
            self.add(Token("interval", body, last.start, end, self.interval(body, start)))
        else:
            self.add(Token("text", body, start, end, body))

    def date(self, body: str, start: int) -> date:
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", body):
                raise ValueError
            return date.fromisoformat(body)
        except ValueError:
            self.refuse(f"{body!r} is not a date", start, "write it as date '2026-03-05'")

    def interval(self, body: str, start: int) -> tuple[int, int]:
        found = _INTERVAL.fullmatch(body)
        if found is None:
            cure = "write a number and year, month, week or day, as interval '1 year'"
            self.refuse(f"{body!r} is not an interval", start, cure)
        months, days = (int(found[1]) * part for part in UNITS[found[2]])
        if months > MAX_YEARS * 12 or days > MAX_YEARS * 366:
            self.refuse("the interval is too long", start, f"at most {MAX_YEARS} years")
        return months, days

    def stranger(self, at: int) -> NoReturn:
        letter, pair = self.text[at], self.text[at : at + 2]
        if pair in _SPELLED:
            self.refuse(f"{pair!r} is not in the language", at, _SPELLED[pair])
        plain = unicodedata.normalize("NFKC", letter)
        cure = _CURES.get(letter, "")
        if not cure and plain != letter and plain.isascii() and plain.isprintable():
            cure = f"write {plain!r}"
        elif not cure:
            cure = "facts have names in plain letters; texts stand in single quotes"
        self.refuse(f"{letter!r} (U+{ord(letter):04X}) is not in the language", at, cure)


def scan(text: str) -> list[Token]:
    """
    This function will cut the text into tokens of the allowed alphabet.

    :raises RuleRefused: at the first character, word or size that is not allowed.
    """
    if len(text) > MAX_CHARACTERS:
        cure = "split it into several criteria"
        what = f"the rule has {len(text)} characters; at most {MAX_CHARACTERS} are allowed"
        raise RuleRefused(what, text, MAX_CHARACTERS, cure)
    tokens = _Scanner(text).run()
    if not tokens:
        raise RuleRefused("the rule is empty", text, 0, "write a condition, as headcount >= 10")
    return tokens
