# SPDX-License-Identifier: Apache-2.0
"""The grammar of rules is sqlglot's: our tokens in, its tree out, its errors in our words."""

from itertools import pairwise
from typing import NoReturn

from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token as SqlToken
from sqlglot.tokenizer_core import TokenType

from huiban.kernel.rule.scan import OPERANDS, Token
from huiban.kernel.rule.tree import RuleRefused

CALL = "rule:"
"""Put before a function's name, so that sqlglot gives it no meaning of its own."""

SHAPE = "write operand, operator, operand, as headcount >= 10"

_KINDS = {
    "(": TokenType.L_PAREN,
    ")": TokenType.R_PAREN,
    ",": TokenType.COMMA,
    "=": TokenType.EQ,
    "<>": TokenType.NEQ,
    "!=": TokenType.NEQ,
    "<": TokenType.LT,
    "<=": TokenType.LTE,
    ">": TokenType.GT,
    ">=": TokenType.GTE,
    "+": TokenType.PLUS,
    "-": TokenType.DASH,
    "*": TokenType.STAR,
    "and": TokenType.AND,
    "or": TokenType.OR,
    "not": TokenType.NOT,
    "in": TokenType.IN,
    "is": TokenType.IS,
    "between": TokenType.BETWEEN,
    "like": TokenType.LIKE,
    # A quoted name, so that facts called order, date or level need no escaping.
    "word": TokenType.IDENTIFIER,
}


def syntax(text: str, tokens: list[Token]) -> exp.Expr:
    """
    This function will parse the tokens; every leaf carries the offset it was read from.

    Literals go in as strings whatever they are: what they mean stays in our own tokens.

    :raises RuleRefused: where the operators and operands do not fit together.
    """
    _check_neighbours(text, tokens)
    following = [*tokens[1:], None]
    given = [_given(one, after) for one, after in zip(tokens, following, strict=True)]
    try:
        found = Parser().parse(given, text)
    except ParseError as problem:
        _unreadable(text, tokens, problem)
    except (SqlglotError, RecursionError):
        raise RuleRefused("the rule is nested too deeply", text, 0, "split it") from None
    if len(found) != 1 or found[0] is None:
        raise RuleRefused("this is not one condition", text, 0, "write headcount >= 10")
    return found[0]


def _check_neighbours(text: str, tokens: list[Token]) -> None:
    for last, token in pairwise(tokens):
        if last.kind == token.kind == "not":
            raise RuleRefused("'not' stands twice", text, token.start, "leave both out")
        if last.kind in OPERANDS | {")"} and token.kind in OPERANDS:
            cure = "did you forget 'and'?"
            what = f"an operator is missing before {text[token.start : token.end]}"
            raise RuleRefused(what, text, token.start, cure)
    for token in tokens:
        if token.kind == "interval" and token.value is None:
            cure = "write interval '1 year'"
            raise RuleRefused("an interval needs its length", text, token.start, cure)


def _given(token: Token, after: Token | None) -> SqlToken:
    kind = _KINDS.get(token.kind, TokenType.STRING)
    is_call = token.kind == "word" and after is not None and after.kind == "("
    name = CALL + token.text.lower() if is_call else token.text
    return SqlToken(kind, name, 1, token.end, token.start, token.end - 1)


def _unreadable(text: str, tokens: list[Token], problem: ParseError) -> NoReturn:
    # sqlglot names the token it stood on by the column where that token ends.
    first = problem.errors[0] if problem.errors else {}
    column = first.get("col") or 1
    token = next((one for one in tokens if one.end >= column), tokens[-1])
    spelled = text[token.start : token.end]
    if "Required keyword" in str(first.get("description")):
        raise RuleRefused(f"something is missing after {spelled}", text, token.start, SHAPE)
    raise RuleRefused(f"the rule cannot be read at {spelled}", text, token.start, SHAPE)
