# SPDX-License-Identifier: Apache-2.0
"""What points found (审查发现) in people's words: verdict, place, why it is open, what is wrong."""

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from huiban.kernel.reading import Outcome, PageFault, Reading
from huiban.kernel.review import Gap, Severity
from huiban.services.readings import FileRead

_GAPS: Mapping[Gap, Callable[[], str]] = {
    Gap.NO_FILE: lambda: _("还没有交这份材料"),
    Gap.OTHER_KIND: lambda: _("看不出是不是要求的材料"),
    Gap.NOT_READ: lambda: _("没有读到"),
    Gap.UNSURE: lambda: _("读得不够准"),
    Gap.UNCLEAR: lambda: _("有的页看不清"),
    Gap.SEVERAL: lambda: _("几份文件写得不一样"),
    Gap.OTHER_UNIT: lambda: _("数量单位不同，没法比"),
    Gap.NOT_FILLED: lambda: _("申请表里还没填"),
}
_FAULTS: Mapping[PageFault, Callable[[], str]] = {
    PageFault.BLANK: lambda: _("是空白页，请核对有没有扫漏"),
    PageFault.UNREADABLE: lambda: _("认不出字，请换一张清楚的"),
    PageFault.DARK: lambda: _("太暗，请在亮处重拍"),
    PageFault.GLARE: lambda: _("有反光，请换个角度重拍"),
    PageFault.BLURRED: lambda: _("模糊，请拿稳、对准焦再拍"),
    PageFault.SMALL: lambda: _("太小，放大也看不清，请靠近重拍"),
    PageFault.CUT_OFF: lambda: _("没有拍全，请把四个角都拍进去"),
    PageFault.DUPLICATE: lambda: _("和前面的一页重复"),
}
_OUTCOMES: Mapping[Outcome, Callable[[], str]] = {
    Outcome.ENCRYPTED: lambda: _("文件加了密码，请去掉密码再上传"),
    Outcome.BROKEN: lambda: _("文件打不开，可能已损坏，请重新导出或者扫描"),
    Outcome.TOO_MANY_PAGES: lambda: _("页数太多，没有自动识别，由工作人员查看"),
    Outcome.TOO_HEAVY: lambda: _("文件太复杂，没有识别完，由工作人员查看"),
    Outcome.UNSUPPORTED: lambda: _("这种文件不能自动识别，由工作人员查看"),
}
_TO_MEND = frozenset({Outcome.ENCRYPTED, Outcome.BROKEN})
_SEVERITIES: Mapping[Severity, Callable[[], str]] = {
    Severity.MUST: lambda: _("必须符合"),
    Severity.SHOULD: lambda: _("通常要求"),
    Severity.NOTE: lambda: _("提醒"),
}
_MOST_TOLD = 5
# An identity number, a telephone number.
_PERSONAL = re.compile(r"(?<!\d)(\d{3})(\d{4,11})(\d{3}[\dXx])(?!\d)")


def masked_text(text: str) -> str:
    """Mask personal numbers in what was read; officers see them once they reveal the field."""
    return _PERSONAL.sub(lambda found: f"{found[1]}{'*' * len(found[2])}{found[3]}", text)


def gap_words(gap: Gap) -> str:
    """Say why a fact is not known."""
    return _GAPS[gap]()


def severity_words(severity: Severity) -> str:
    return _SEVERITIES[severity]()


def quality(read: FileRead) -> tuple[str, list[str]]:
    """
    Say of a file how its reading stands: a kind, and sentences.

    The kind is wait, ok, bad (to be mended) or info; "" with nothing to say of a file that is
    not read.
    """
    if read.reading is None:
        return ("wait", [_waiting(read)]) if read.is_wanted else ("", [])
    if read.reading.outcome is not Outcome.READ:
        kind = "bad" if read.reading.outcome in _TO_MEND else "info"
        return kind, [_OUTCOMES[read.reading.outcome]()]
    faults = _faults(read.reading)
    return ("bad", faults) if faults else ("ok", [_("看得清")])


def _waiting(read: FileRead) -> str:
    if read.pages_total > 1:
        told = {"n": min(read.pages_done + 1, read.pages_total), "total": read.pages_total}
        return _("正在识别第 %(n)s / %(total)s 页") % told
    return _("正在识别")


def _faults(reading: Reading) -> list[str]:
    found = [(page.number, fault) for page in reading.pages for fault in page.faults]
    if len(reading.pages) == 1:
        return [_FAULTS[fault]() for _number, fault in found]
    told = [
        _("第 %(n)s 页：%(words)s") % {"n": number, "words": _FAULTS[fault]()}
        for number, fault in found
    ]
    more = len(told) - _MOST_TOLD
    left_out = [_("另有 %(n)s 处") % {"n": more}] if more > 0 else []
    return told[:_MOST_TOLD] + left_out
