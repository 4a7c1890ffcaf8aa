# SPDX-License-Identifier: Apache-2.0
"""The words of a rule: each is a known fact or function, or is refused with the nearest name."""

from collections.abc import Collection

from rapidfuzz import fuzz, process

from huiban.kernel.rule.functions import FUNCTIONS, SPECIAL_FORMS
from huiban.kernel.rule.scan import Token
from huiban.kernel.rule.tree import RuleRefused, Schema

AS_OF = "as_of"
RESERVED_PREFIX = "v_"

_TABLES = "a rule sees one case and asks no table"
_PATTERNS = "patterns are like 'abc%', like '%abc' and like '%abc%'"
_CLOCK = "write as_of, the date the rule is asked for"
_CURES = {
    "select": _TABLES,
    "exists": _TABLES,
    "from": _TABLES,
    "similar": _PATTERNS,
    "regexp": _PATTERNS,
    "regexp_matches": _PATTERNS,
    "rlike": _PATTERNS,
    "ilike": _PATTERNS,
    "glob": _PATTERNS,
    "escape": _PATTERNS,
    "current_date": _CLOCK,
    "current_timestamp": _CLOCK,
    "today": _CLOCK,
    "now": _CLOCK,
    "case": "use and, or and coalesce",
    "cast": "facts already have their kind; leave the cast out",
    "collate": "texts are equal character by character; leave it out",
    "lower": "facts are stored in one spelling; leave it out",
    "upper": "facts are stored in one spelling; leave it out",
}


def check_names(text: str, tokens: list[Token], schema: Schema) -> None:
    """
    This function will find each word among the facts or functions.

    It runs before the grammar, so that a sub-select is refused for its first unknown word.

    :raises RuleRefused: at the first word that is neither.
    """
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.kind != "word":
            continue
        if following is not None and following.kind == "(":
            name = token.text.lower()
            _check(text, token, name in FUNCTIONS or name in SPECIAL_FORMS, _functions())
        elif token.text.startswith(RESERVED_PREFIX):
            what = f"names in {RESERVED_PREFIX} are kept for verdicts"
            raise RuleRefused(what, text, token.start, "rename the fact")
        elif token.text.lower() != AS_OF:
            _check(text, token, token.text in schema, schema)


def _functions() -> Collection[str]:
    return [f"{name}()" for name in sorted({*FUNCTIONS, *SPECIAL_FORMS})]


def _check(text: str, token: Token, is_known: bool, names: Collection[str]) -> None:
    if is_known:
        return
    word = token.text.lower()
    what = "function" if names and next(iter(names)).endswith("()") else "fact"
    cure = _CURES.get(word) or _instead(word, names)
    raise RuleRefused(f"unknown {what} '{token.text}'", text, token.start, cure)


def nearest(word: str, names: Collection[str]) -> str | None:
    """This function will return the name most like a misspelt word; quick over thousands."""
    found = process.extractOne(word, list(names), scorer=fuzz.ratio, score_cutoff=60)
    return found[0] if found else None


def _instead(word: str, names: Collection[str]) -> str:
    if near := nearest(word, names):
        return f"did you mean '{near}'?"
    listed = ", ".join(sorted(names)[:8])
    return f"known are {listed}{' …' if len(names) > 8 else ''}" if names else "no fact is known"
