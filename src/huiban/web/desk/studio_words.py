# SPDX-License-Identifier: Apache-2.0
"""Mistakes in a point (要点的错) in the author's language: the place, what is wrong, the cure."""

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from huiban.packloader import Problem
from huiban.services.point_studio_text import EXAMPLES, FACTS

LABELS: Mapping[str, Callable[[], str]] = {
    "code": lambda: _("编码"),
    "title": lambda: _("名称"),
    "holds": lambda: _("规则"),
    "lives": lambda: _("办理情形"),
    "basis": lambda: _("依据"),
    "severity": lambda: _("严重程度"),
    "about": lambda: _("关于"),
    "shows": lambda: _("在原图上标出的事实"),
    "applicant": lambda: _("申请人看到的话"),
    "officer": lambda: _("审查人员看到的话"),
    "settles": lambda: _("由谁认定"),
    "needs": lambda: _("至少多准"),
    "facts": lambda: _("用到的事实"),
    "examples": lambda: _("例子"),
    "reason": lambda: _("为什么改"),
}
_POINT = re.compile(r"points\.(\d+)(?:\.(\w+))?")
_COLUMN = re.compile(r" at column (\d+)\Z")
_Pattern = tuple[re.Pattern[str], str]


def _patterns(*pairs: tuple[str, str]) -> tuple[_Pattern, ...]:
    return tuple((re.compile(f"{one}\\Z", re.DOTALL), zh) for one, zh in pairs)


_MESSAGES = _patterns(
    (r"unknown fact '(.+)'", r"没有“\1”这个事实"),
    (r"unknown fact of this file '(.+)'", r"材料事实里没有“\1”"),
    (r"unknown function '(.+)'", r"没有“\1”这个函数"),
    (r"unknown material or section '(.+)'", r"没有“\1”这份材料或者申请表的这一节"),
    (r"unknown material in `reads` '(.+)'", r"要点不读“\1”这份材料"),
    (r"unknown field of what '(.+)' may be '(.+)'", r"“\1”里没有“\2”这个字段"),
    (r"unknown field of any form '(.+)'", r"申请表没有“\1”这一项"),
    (r"unknown kind of .*'(.+)'", r"没有“\1”这种材料"),
    (r"unknown role '(.+)'", r"没有“\1”这个岗位"),
    (r"unknown life of an item '(.+)'", r"没有“\1”这种办理情形"),
    (r"the rule uses no fact of this file", "规则没有用到从材料读出的事实"),
    (r"the rule is empty", "规则是空的"),
    (r"the rule cannot be read at (.+)", r"规则写到“\1”读不懂"),
    (r"something is missing after (.+)", r"“\1”后面还缺东西"),
    (r"an operator is missing before (.+)", r"“\1”前面缺运算符"),
    (r"'not' stands twice", "“not”写了两遍"),
    (r"this is not one condition", "这不是一个条件"),
    (r"'(.+)' is unknown while it cannot be read; this would make it known",
     r"“\1”读不到时应当是不明，这样写会把不明变成结论"),
    (r"'(.+)' cannot be known for '(.+)': .+", r"“\2”没有这份材料或者这一项，得不出“\1”"),
    (r"(.+) is compared with (.+)", r"\1 不能和 \2 比"),
    (r"a condition is needed here, not (.+)", r"这里要写条件，不是 \1"),
    (r"no example in which '(.+)' is a pass", r"还没有“\1”通过的例子"),
    (r"no example in which '(.+)' is a fail", r"还没有“\1”不符合的例子"),
    (r"'(.+)': review\.(\w+): (\w+)(.*), expected (\w+)",
     r"例子“\1”：\2 得出 \3\4，例子写的是 \5"),
    (r"'(.+)' is there twice", r"编码“\1”已经有了"),
    (r"'(.+)' is a fact of the case already", r"“\1”和申请表的一项重名"),
    (r"'(.+)' is used by (.+) as well", r"“\1”还有别的要点在用：\2"),
    (r"'(.+)' is a number without a unit", r"“\1”是数字，没有写单位"),
    (r"'(.+)' is not told in '(.*)'", r"“\1”不能用“\2”作单位"),
    (r"'(.+)' has no order", r"“\1”不能比大小"),
    (r"'(.+)' is no number", r"“\1”不是数字"),
    (r"`(.+)` needs `(.+)`", r"写了 \1 还要写 \2"),
    (r"says nothing with `(.+)`", r"和 \1 一起写没有意思"),
    (r"says not exactly one thing", "一个事实只能写一种"),
    (r"not one `name: {…}` a line", "不是一行一个“名字: {…}”"),
    (r"not a list of examples", "不是一串例子"),
    (r"not YAML: (.+)", r"YAML 写法不对：\1"),
    (r"must be a number, written without quotes", "要写数字"),
    (r"needs its Chinese text under 'zh'", "要有中文"),
)  # fmt: skip
_CURES = _patterns(
    (r"did you mean '(.+)'\?", r"是不是“\1”？"),
    (r"known: (.+)", r"有这些：\1"),
    (r"write it in rules.yaml instead", "只看申请表的条件写在 rules.yaml 里"),
    (r"leave it unknown, so that people look", "让它不明，由人来看"),
    (r"take (.+) out of `lives`", r"办理情形里去掉 \1"),
    (r"add one under examples/ with `review`", "在下面“例子”里加一个"),
    (r"correct the example or the pack, whichever is wrong", "改例子或者改规则，看哪个不对"),
    (r"give yours a new name", "请给您的事实另起名字"),
    (r"rename (?:it|one)", "换个名字"),
    (r"did you forget 'and'\?", "是不是漏了 and？"),
    (r"leave both out", "两个都去掉"),
    (r"add `(.+)`", r"加上 \1"),
    (r"delete it", "去掉它"),
    (r"write them so", "请这样写"),
    (r"begin with `- name:`", "每个例子以“- name:”开头"),
    (r"check indentation, colons and quotes", "看看缩进、冒号和引号"),
)  # fmt: skip


def problem_words(problem: Problem, language: str) -> str:
    """Say a problem in the author's language; what has no translation stays as checkers say it."""
    if language.startswith("en"):
        return f"{problem.message} ({problem.cure})" if problem.cure else problem.message
    text, column = _split(problem.message)
    where = _("（第 %(n)s 个字）") % {"n": column} if column else ""
    message = _said(_MESSAGES, text) + where
    cure = _said(_CURES, problem.cure)
    return f"{message}。{cure}" if cure else message


def _split(message: str) -> tuple[str, str]:
    """Take the place in a rule, counted in characters, off the end of what is said of it."""
    found = _COLUMN.search(message)
    return (message[: found.start()], found[1]) if found else (message, "")


def _said(patterns: tuple[_Pattern, ...], text: str) -> str:
    for pattern, zh in patterns:
        found = pattern.match(text)
        if found:
            return found.expand(zh)
    return text


def field_of(problem: Problem, index: int) -> str:
    """Name the field of the form where a problem is put right; "" where it stands elsewhere."""
    if problem.path == EXAMPLES or "/examples/" in f"/{problem.path}":
        return EXAMPLES
    if problem.field == FACTS or problem.field.startswith((f"{FACTS}.", "reads")):
        return FACTS
    found = _POINT.match(problem.field)
    if found is None or int(found[1]) != index:
        return ""
    if found[2] is None:
        return EXAMPLES if problem.message.startswith("no example") else ""
    return found[2] if found[2] in LABELS else ""


def place_of(problem: Problem) -> str:
    """Say the place as checkers do: file, line and field."""
    if problem.path in (FACTS, EXAMPLES):
        return _("第 %(line)s 行") % {"line": problem.line}
    where = f"{problem.path}:{problem.line}"
    return f"{where}: {problem.field}" if problem.field else where
