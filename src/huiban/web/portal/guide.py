# SPDX-License-Identifier: Apache-2.0
"""The guide of a service item (办事指南): everything the standard asks, and where to begin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiban.kernel.catalogue import Channel, Item, Material, Need, ServiceObject, SourceKind, Step
from huiban.kernel.clock import Limit
from huiban.kernel.form import Field
from huiban.kernel.process_diagram import to_svg
from huiban.services import certify, city, in_hand
from huiban.services import guide as guides
from huiban.services.facts import local_day
from huiban.services.guide import Guide
from huiban.web.clock import now
from huiban.web.portal.home import effort_figures, full_name, limit_words
from huiban.web.portal.steps import life_words
from huiban.web.visit import Context, actor_of, language_of


@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show the guide of one item."""
    moment, language = now(), language_of(request)
    guide = guides.guide(code, moment)
    item = guide.item
    context: Context = {
        "guide": guide,
        "item": item,
        "name": item.name.speak(language),
        "full_name": full_name(item, language),
        "life": life_words(str(item.life)),
        "effort": effort_figures(guide.effort, item),
        "crumbs": [(_("首页"), "/"), (full_name(item, language), "")],
        "lives": _lives(guide, language),
        "facts": _facts(guide, language),
        "materials": [_material(one, guide, language) for one in item.materials],
        "diagram": to_svg(guide.chart, language, vertical=True),
        "steps": [_step(one, language) for one in item.steps],
        "sections": [
            {
                "title": part.title.speak(language),
                "words": _("、").join(_asked(one, language) for one in part.fields),
            }
            for part in guide.form.sections
        ],
        "start": _start(request, guide),
        "contents": _contents(item),
        "now": moment,
    }
    return render(request, "portal/guide.html", context)


def _step(one: Step, language: str) -> Context:
    return {
        "name": one.name.speak(language),
        "who": one.role.speak(language),
        "limit": limit_words(one.limit) if one.limit else "",
        "standard": one.standard.speak(language),
        "result": one.result.speak(language),
    }


def _asked(one: Field, language: str) -> str:
    """Name a field; a table with what each of its rows asks."""
    label = one.label.speak(language)
    if not one.columns:
        return label
    columns = _("、").join(column.label.speak(language) for column in one.columns)
    return _("%(label)s（逐行填：%(columns)s）") % {"label": label, "columns": columns}


def _contents(item: Item) -> list[tuple[str, str]]:
    rows = [
        ("g-facts", _("基本情况"), True),
        ("g-conditions", _("受理条件"), True),
        ("g-materials", _("申请材料"), True),
        ("g-process", _("办理流程"), True),
        ("g-form", _("要填的内容"), True),
        ("g-results", _("办理结果"), True),
        ("g-basis", _("设定依据"), True),
        ("g-special", _("特别程序"), bool(item.special_procedures)),
        ("g-faq", _("常见问题"), bool(item.faqs)),
        ("g-remedies", _("不服怎么办"), True),
    ]
    return [(key, words) for key, words, is_there in rows if is_there]


def _lives(guide: Guide, language: str) -> list[Context]:
    items = sorted((guide.item, *guide.lives), key=lambda one: _ORDER.index(str(one.life)))
    return [
        {
            "url": f"/items/{one.code}",
            "words": life_words(str(one.life)),
            "current": one.code == guide.item.code,
        }
        for one in items
    ]


_ORDER = ["new", "modify", "renew", "cancel"]


def _facts(guide: Guide, language: str) -> list[tuple[str, str]]:
    """Return the short facts of the guide, name by name."""
    item = guide.item
    rows = [
        (_("事项名称"), item.name.speak(language)),
        (_("办理机关"), item.authority.name.speak(language)),
        (_("谁可以办"), item.audience.speak(language)),
        (_("服务对象"), "、".join(_objects()[one] for one in item.service_objects)),
        (_("法定时限"), _limited(item.statutory, item.statutory_note.speak(language))),
        (_("承诺时限"), _limited(item.committed, item.committed_note.speak(language))),
        (_("办理方式"), "、".join(_channels()[one] for one in item.channels)),
        (_("到现场次数"), _("不用去现场") if not item.visits else str(item.visits)),
        (_("收费"), _("不收费") if item.fee is None else _fee(item, language)),
        (_("数量限制"), item.quantity_limit.speak(language)),
        (_("中介服务"), item.intermediaries.speak(language)),
        (_("联办部门"), "、".join(one.name.speak(language) for one in item.joint_authorities)),
        (_("基本编码"), item.basic_code),
        (_("实施编码"), item.task_code),
    ]
    return [(name, text) for name, text in rows if text]


def _limited(limit: Limit | None, note: str) -> str:
    if limit is None:
        return ""
    return f"{limit_words(limit)}\n{note}" if note else limit_words(limit)


def _fee(item: Item, language: str) -> str:
    charges = item.fee.charges if item.fee else ()
    return "；".join(
        f"{one.name.speak(language)} {one.standard.speak(language)}" for one in charges
    )


def _material(one: Material, guide: Guide, language: str) -> Context:
    waived = one in guide.waived
    return {
        "name": one.name.speak(language),
        "is_waived": waived,
        "need": _("免交") if waived else _need(one.need),
        "ways": [] if waived else _ways(one, language),
        "source": _sources()[one.source],
        "issuer": one.issuer.speak(language),
        "hint": one.hint.speak(language),
        "standard": one.accept_standard.speak(language),
        "basis": one.basis,
    }


def _ways(one: Material, language: str) -> list[str]:
    """Say how an applicant may do without handing it in with the application."""
    certificates, resources = city.common().certificates, city.loaded().catalogue.resources
    ways = [
        _("持有有效的《%(name)s》免交") % {"name": certificates[kind].name.speak(language)}
        for kind in one.waived_by
        if kind in certificates and certificates[kind].issued_here
    ]
    ways += [
        _("从“%(name)s”查到的免交") % {"name": resources[key].name.speak(language)}
        for key in one.replaced_by
        if key in resources
    ]
    if one.commitment:
        ways.append(_("可以书面承诺代替"))
    if one.supply_within:
        ways.append(_("受理后%(limit)s内补交") % {"limit": limit_words(one.supply_within)})
    return ways


def _need(need: Need) -> str:
    return {
        Need.REQUIRED: _("必交"),
        Need.CONDITIONAL: _("按情形"),
        Need.DEFERRABLE: _("可后补"),
    }[need]


def _sources() -> dict[SourceKind, str]:
    return {
        SourceKind.APPLICANT: _("您自己准备"),
        SourceKind.GOVERNMENT: _("政府部门出具"),
        SourceKind.OTHER: _("其他单位出具"),
    }


def _channels() -> dict[Channel, str]:
    return {
        Channel.WINDOW: _("窗口"),
        Channel.WEB: _("电脑"),
        Channel.MOBILE: _("手机"),
        Channel.POST: _("邮寄"),
        Channel.KIOSK: _("自助终端"),
        Channel.OTHER: _("其他"),
    }


def _objects() -> dict[ServiceObject, str]:
    return {
        ServiceObject.PERSON: _("自然人"),
        ServiceObject.ENTERPRISE: _("企业"),
        ServiceObject.INSTITUTION: _("事业单位"),
        ServiceObject.SOCIAL_ORGANIZATION: _("社会组织"),
        ServiceObject.AUTHORITY: _("行政机关"),
        ServiceObject.OTHER: _("其他组织"),
    }


def _start(request: HttpRequest, guide: Guide) -> Context:
    """Say how to begin: sign in, choose a certificate, or just begin."""
    actor = actor_of(request)
    carried = guide.scenario.from_certificates.get(guide.form.code)
    begin = f"/items/{guide.item.code}/apply"
    if actor is None:
        return {"way": "sign_in", "url": f"/sign-in?next=/items/{guide.item.code}"}
    if not actor.subject:
        return {"way": "officer"}
    if carried is None:
        return {"way": "begin", "url": begin}
    today = local_day(now())
    held = [one for one in certify.mine(actor) if one.kind == carried.kind and one.state == "valid"]
    busy = in_hand.under_way([one.number for one in held])
    free = [one.number for one in held if one.number not in busy]
    chosen = request.GET.get("certificate", "")
    return {
        "way": "choose" if held else "none_held",
        "is_any_free": bool(free),
        "url": begin,
        "today": today,
        "held": [
            {
                "number": one.number,
                "about": certify.about(one),
                "until": one.valid_until,
                "case": busy.get(one.number, ""),
                "is_chosen": one.number == chosen or [one.number] == free,
            }
            for one in held
        ],
    }
