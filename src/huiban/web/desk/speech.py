# SPDX-License-Identifier: Apache-2.0
"""What the desk calls things: items, roles, departments, people, limits."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiban.kernel.clock import Limit, LimitRefused, Unit
from huiban.services import city
from huiban.store.models import Account


def item_words(code: str, language: str) -> str:
    placed = city.items().get(code)
    return placed.item.name.speak(language) if placed else code


def role_words(code: str, language: str) -> str:
    role = city.common().roles.get(code)
    return role.title.speak(language) if role else _ADMINS.get(code, lambda: code)()


_ADMINS = {
    "admin_system": lambda: _("系统管理员"),
    "admin_security": lambda: _("安全管理员"),
    "admin_audit": lambda: _("审计管理员"),
}


def department_words(code: str, language: str) -> str:
    department = city.common().departments.get(code)
    return department.name.speak(language) if department else code


def state_words(item: str, state: str, language: str) -> str:
    """Name a state of the process that cases of an item go through."""
    placed = city.items().get(item)
    if placed is None:
        return state
    return placed.scenario.chart_of(placed.item).label(state).speak(language)


def person_name(number: str) -> str:
    """Return the name of an account; its number where nobody has it any more."""
    found = Account.objects.filter(number=number).values_list("name", flat=True).first()
    return found or number


def short_number(number: str) -> str:
    """Shorten a case number for lists: whose it is and the part that tells cases apart."""
    return f"{number[:6]}…{number[-12:]}" if len(number) > 24 else number


def channel_words(channel: str) -> str:
    return {
        "web": _("网上"),
        "mobile": _("手机"),
        "window": _("窗口"),
        "kiosk": _("自助终端"),
    }.get(channel, channel)


def limit_words(text: str) -> str:
    """Say a limit as people do: 20 个工作日."""
    try:
        limit = Limit.parse(text)
    except LimitRefused:
        return text
    n = limit.amount
    if limit.unit is Unit.WORK_DAY:
        return ngettext("%(n)s 个工作日", "%(n)s 个工作日", n) % {"n": n}
    if limit.unit is Unit.CALENDAR_DAY:
        return ngettext("%(n)s 天", "%(n)s 天", n) % {"n": n}
    if limit.unit is Unit.WORK_HOUR:
        return ngettext("%(n)s 个工作小时", "%(n)s 个工作小时", n) % {"n": n}
    return ngettext("%(n)s 小时", "%(n)s 小时", n) % {"n": n}
