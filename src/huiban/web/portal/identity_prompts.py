# SPDX-License-Identifier: Apache-2.0
"""What the camera page says (刷脸提示): the steps, what to put right, what to do when it fails."""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from huiban.kernel.identity import STEP_WORDS, Step
from huiban.web.visit import Context

_Say = Callable[[], str]


def prompts(steps: Sequence[Step], language: str) -> Context:
    """Return every sentence the page's script says, in the language of the reader."""
    return {
        **{key: say() for key, say in _SAYINGS.items()},
        "hints": {key: say() for key, say in _HINTS.items()},
        "steps": [
            {
                "key": str(one),
                "word": STEP_WORDS[one].speak(language),
                "name": step_name(one),
                "hint": _STEP_HINTS[one](),
            }
            for one in steps
        ],
    }


def faults() -> list[dict[str, str]]:
    """Return what can keep the camera from working, each with its cure."""
    return [
        {"key": key, "title": title(), "cure": cure()} for key, (title, cure) in _FAULTS.items()
    ]


def step_name(step: Step) -> str:
    """Name a step in a list."""
    return _STEP_NAMES[step]()


_SAYINGS: Mapping[str, _Say] = {
    "idle": lambda: _("准备好了就打开摄像头"),
    "idle_hint": lambda: _("找个亮的地方，一个人，脸对着屏幕。"),
    "asking": lambda: _("请允许使用摄像头"),
    "asking_hint": lambda: _("浏览器会问一句，请点“允许”。"),
    "ready": lambda: _("正在准备"),
    "ready_hint": lambda: _("请把脸放进框里。"),
    "straight": lambda: _("请看着摄像头"),
    "straight_hint": lambda: _("很好，保持一下。"),
    "sending": lambda: _("动作做完了"),
    "sending_hint": lambda: _("正在核对，请稍等几秒。"),
    "failed": lambda: _("没有拍成"),
}
_HINTS: Mapping[str, _Say] = {
    "dark": lambda: _("太暗了，请面向窗户或者灯"),
    "nobody": lambda: _("没有看到脸，请把脸放进框里"),
    "several": lambda: _("请让旁边的人离开画面"),
    "far": lambda: _("再靠近一点"),
    "near": lambda: _("再远一点"),
    "aside": lambda: _("请把脸移到框中间"),
}
_STEP_NAMES: Mapping[Step, _Say] = {
    Step.BLINK: lambda: _("闭眼再睁开"),
    Step.TURN_LEFT: lambda: _("向左转头"),
    Step.TURN_RIGHT: lambda: _("向右转头"),
    Step.OPEN_MOUTH: lambda: _("张嘴"),
}
_STEP_HINTS: Mapping[Step, _Say] = {
    Step.BLINK: lambda: _("听到一声或者感到振动就可以睁开。"),
    Step.TURN_LEFT: lambda: _("转一点就够，看到了会响一声，再转回来。"),
    Step.TURN_RIGHT: lambda: _("转一点就够，看到了会响一声，再转回来。"),
    Step.OPEN_MOUTH: lambda: _("像说“啊”，看到了会响一声，再合上。"),
}
_FAULTS: Mapping[str, tuple[_Say, _Say]] = {
    "refused": (
        lambda: _("摄像头没有允许"),
        lambda: _("点地址栏旁的图标，把“摄像头”改成允许，再点“再试一次”。不想允许，就换一种方式。"),
    ),
    "missing": (
        lambda: _("没有找到摄像头"),
        lambda: _("接上摄像头再试，或者用手机打开本页。没有摄像头，就换一种方式。"),
    ),
    "busy": (
        lambda: _("摄像头打不开，可能别的程序正在用"),
        lambda: _("关掉正在用摄像头的程序（视频会议、相机），再试一次。"),
    ),
    "unable": (
        lambda: _("这个浏览器不能用摄像头"),
        lambda: _("请换用新版的 Chrome、Edge、Firefox 或者 Safari，地址以 https 开头。"),
    ),
    "lost": (
        lambda: _("摄像头中途断开了"),
        lambda: _("已经拍的都丢弃了。请接好摄像头，再试一次。"),
    ),
    "hidden": (
        lambda: _("您离开了这个页面"),
        lambda: _("已经拍的都丢弃了。请把页面留在前面，再试一次。"),
    ),
    "nobody": (
        lambda: _("一直没有看到脸"),
        lambda: _("请把脸放进框里，摘下口罩和墨镜，再试一次。"),
    ),
    "several": (
        lambda: _("画面里一直不止一张脸"),
        lambda: _("请让旁边的人和背后的照片离开画面，再试一次。"),
    ),
    "dark": (lambda: _("光线一直太暗"), lambda: _("请面向窗户或者灯，再试一次。")),
    "far": (lambda: _("一直离得太远"), lambda: _("请靠近摄像头，让脸占满框，再试一次。")),
    "near": (lambda: _("一直离得太近"), lambda: _("请离摄像头远一点，再试一次。")),
    "aside": (lambda: _("脸一直不在框中间"), lambda: _("请把脸移到框中间，再试一次。")),
    "late": (
        lambda: _("这次核实的时间已经过了"),
        lambda: _("每次限时几分钟。请点“从头开始”，会抽新的动作。"),
    ),
    "network": (
        lambda: _("没有送到，网络断了"),
        lambda: _("画面还在这个页面上，请检查网络后点“重新发送”。"),
    ),
    "broken": (
        lambda: _("摄像头出了问题"),
        lambda: _("已经拍的都丢弃了。请再试一次，或者换一种方式。"),
    ),
}
