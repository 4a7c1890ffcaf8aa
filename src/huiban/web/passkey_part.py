# SPDX-License-Identifier: Apache-2.0
"""What a page tells the script that speaks to a passkey's device: the question and the words."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from huiban.services import passkeys
from huiban.web.visit import Context, Visit


def part(act: str, options: dict[str, Any]) -> Context:
    """Give the script a question (`create` or `get`) and what it says when something is wrong."""
    return {
        "act": act,
        "options": options,
        "words": {
            "waiting": _("请按设备的提示，用指纹、面容或者锁屏密码确认……"),
            "sending": _("设备已经回答，正在核对……"),
            "unsupported": _("这个浏览器不支持通行密钥。请用新一些的浏览器，或者换一种方式核实。"),
            "cancelled": _(
                "没有完成：可能取消了、等得太久，或者这台设备里没有您的通行密钥。可以再试一次。"
            ),
            "known": _("这台设备里已经有您的通行密钥，不用再添加。"),
            "insecure": _("浏览器说这个网址不能用通行密钥。请核对地址栏，从本网站的首页重新进来。"),
            "broken": _("设备没有回答。请再试一次，或者换一台设备、换一种方式。"),
        },
    }  # fmt: skip


def elsewhere(visit: Visit) -> str:
    """Return this page under the name that passkeys live under; empty where one is there."""
    origin = passkeys.site().origin
    if visit.request.get_host() == urlsplit(origin).netloc:
        return ""
    return f"{origin}{visit.request.get_full_path()}"
