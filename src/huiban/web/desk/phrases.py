# SPDX-License-Identifier: Apache-2.0
"""Common phrases (常用语) of opinions and reasons: offered beside the field."""

from collections.abc import Mapping

# They go into documents and the journal, which are in Chinese whatever the screen speaks.
_PHRASES: Mapping[str, tuple[str, ...]] = {
    "accept": (
        "材料齐全，符合法定形式，予以受理。",
        "补正后材料齐全，符合法定形式，予以受理。",
    ),
    "pass": (
        "经审查，符合准予条件，建议准予许可。",
        "已核对申请表与材料，内容一致，建议准予许可。",
    ),
    "grant": ("同意审查意见，准予许可。",),
    "reply": (
        "同意，请按核准的时间和路线运输。",
        "装卸点应当设在围挡内，高峰时段不装运，同意。",
        "不同意，请调整占道方案后再征求意见。",
    ),
    "agree": ("同意。",),
    "disagree": ("请补充说明依据后再送。",),
    "send_back": (
        "请补充审查意见和依据。",
        "请核实申请表与材料不一致的地方。",
    ),
    "request_correction": ("申请材料不齐全或者不符合法定形式，请按下列内容一次补正。",),
    "decline": (
        "申请事项依法不属于本机关职权范围，请向有权机关申请。",
        "申请事项依法不需要取得行政许可。",
    ),
    "refuse": ("经审查，不符合准予条件。",),
    "extend": ("情况复杂，二十个工作日内不能作出决定，经批准延长十个工作日。",),
    "suspend": ("需要组织专家评审，所需时间不计入办理期限。",),
    "supervise": (
        "请在今天下班前办理。",
        "时限将到，请抓紧办理并反馈原因。",
    ),
    "transfer": ("因工作安排调整，请您接着办理。",),
    "countersign": ("请就本件涉及贵单位职责的内容提出意见。",),
}


def phrases_of(act: str) -> tuple[str, ...]:
    """Return the phrases people commonly write at an act."""
    return _PHRASES.get(act, ())
