# SPDX-License-Identifier: Apache-2.0
"""Whether an item fits itself and the quality rules (事项要素质量规则) used in practice."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from huiban.kernel.catalogue_elements import LEVEL_CODES
from huiban.kernel.catalogue_exchange import overlong
from huiban.kernel.catalogue_model import (
    CaseKind,
    Channel,
    Item,
    ItemFault,
    Material,
    Need,
    ResultKind,
    ReviewKind,
    ServiceObject,
    SourceKind,
    SpecialKind,
)
from huiban.kernel.clock import Limit, Unit
from huiban.kernel.identifier import IdentifierRefused, check_uscc

LICENSING = "01"
_STAGES = ("accept", "examine", "decide", "close", "deliver")
_ONLINE = frozenset({Channel.WEB, Channel.MOBILE})
_AREA_CODE = re.compile(r"0[0-9]{2,3}-[0-9]{7,8}(-[0-9]{1,6})?")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_ENDS = (
    (("证", "证书", "执照"), ResultKind.CERTIFICATE),
    (("文", "批复", "决定书", "通知书", "意见书"), ResultKind.DOCUMENT),
)
# Calendar days for comparing limits in different units: five working days are a week of seven.
_DAYS = {
    Unit.CALENDAR_DAY: 1.0,
    Unit.WORK_DAY: 7 / 5,
    Unit.CONTINUOUS_HOUR: 1 / 24,
    Unit.WORK_HOUR: 7 / 5 / 7,
}

_Faults = Iterator[ItemFault]


def lint(item: Item) -> list[ItemFault]:
    """Return everything wrong with an item, each with its cure; an empty list is a clean item."""
    return [fault for rule in RULES for fault in rule(item)]


def _limits(item: Item) -> _Faults:
    is_now = item.committed is None or item.committed.amount == 0
    is_immediate = item.case_kind is CaseKind.IMMEDIATE
    if is_immediate and not is_now:
        yield ItemFault(
            "immediate_limit",
            "committed",
            f"an immediate item commits to {item.committed}",
            "commit to `0 work_days`, or make it `promised`",
        )
    if item.case_kind is CaseKind.PROMISED and is_now:
        yield ItemFault(
            "promised_limit",
            "committed",
            "a promised item commits to no time",
            "give `committed`, or make it `immediate`",
        )
    if is_immediate != (item.review_kind is ReviewKind.AT_ONCE):
        yield ItemFault(
            "review_kind",
            "review_kind",
            f"a case kind of {item.case_kind} does not go with a review kind of {item.review_kind}",
            "immediate goes with at_once, everything else with staged",
        )


def _committed(item: Item) -> _Faults:
    if item.item_kind == LICENSING and item.statutory is None:
        yield ItemFault("no_statutory", "statutory", "no statutory limit", "give the law's limit")
    if item.statutory and item.committed and _days(item.committed) > _days(item.statutory):
        yield ItemFault(
            "committed_above_statutory",
            "committed",
            f"the committed limit, {item.committed}, is longer than the statutory {item.statutory}",
            "commit to the statutory limit or less",
        )


def _results(item: Item) -> _Faults:
    if not item.results:
        yield ItemFault("no_result", "results", "no result", "name what the applicant gets")
    for place, result in enumerate(item.results):
        name = _BRACKETS.sub("", result.name.zh)
        kinds = [kind for ends, kind in _ENDS if name.endswith(ends)]
        if kinds and result.kind is not kinds[0]:
            yield ItemFault(
                "result_kind",
                f"results.{place}.kind",
                f"{result.name.zh} is called {result.kind}",
                f"a result of that name is a {kinds[0]}",
            )
        if result.kind is ResultKind.CERTIFICATE and not result.certificate:
            yield ItemFault(
                "result_certificate",
                f"results.{place}.certificate",
                f"{result.name.zh} names no certificate kind",
                "give the code of the certificate kind",
            )
        if not result.sample and result.kind is not ResultKind.CLOSURE:
            yield ItemFault(
                "result_sample",
                f"results.{place}.sample",
                f"{result.name.zh} has no sample",
                "give the path of a sample people can look at",
            )


def _visits(item: Item) -> _Faults:
    if bool(item.visits) != bool(item.visit_reason):
        yield ItemFault(
            "visit_reason",
            "visit_reason",
            f"{item.visits} visits, and the reason says {item.visit_reason.zh!r}",
            "say why a visit is needed exactly when one is",
        )
    is_online = bool(_ONLINE & set(item.channels))
    if not item.visits and not is_online and Channel.POST not in item.channels:
        yield ItemFault(
            "no_way_without_visit",
            "channels",
            "no visit is needed, but there is neither an online channel nor the post",
            "add web, mobile or post",
        )
    if item.online_depth == 4 and item.visits:
        yield ItemFault(
            "depth_with_visits",
            "visits",
            f"wholly online (depth 4) with {item.visits} visits",
            "lower the depth, or need no visit",
        )
    if not 1 <= item.online_depth <= 4:
        yield ItemFault("depth", "online_depth", f"depth {item.online_depth}", "use 1 to 4")


def _channels(item: Item) -> _Faults:
    online = _ONLINE & set(item.channels)
    if not item.channels:
        yield ItemFault("no_channel", "channels", "no channel", "say how people can apply")
    if online and not item.online_address:
        yield ItemFault("online_address", "online_address", "no address", "give the web address")
    if online and item.is_paper_only:
        yield ItemFault(
            "paper_only",
            "channels",
            "the item may not be done electronically, but offers an online channel",
            "drop the channel, or `is_paper_only`",
        )
    if Channel.WINDOW in item.channels and not item.places:
        yield ItemFault("no_place", "places", "a window without a place", "give address and hours")


def _fees(item: Item) -> _Faults:
    fee = item.fee
    if fee is None:
        if item.takes_online_payment:
            yield ItemFault(
                "payment_without_fee",
                "takes_online_payment",
                "online payment for a free item",
                "drop it, or describe the fee",
            )
        return
    wanted = (
        ("fee.basis", fee.basis, "basis"),
        ("fee.charges", fee.charges, "charge"),
        ("takes_online_payment", item.takes_online_payment, "online payment"),
    )
    for field, value, name in wanted:
        if not value:
            yield ItemFault("fee", field, f"a fee without {name}", f"give the {name}")
    for place, charge in enumerate(fee.charges):
        if not charge.standard:
            field = f"fee.charges.{place}.standard"
            yield ItemFault("fee", field, f"{charge.name.zh} has no standard", "say how much")


def _phones(item: Item) -> _Faults:
    if item.consult_phone and item.consult_phone == item.complaint_phone:
        yield ItemFault(
            "same_phone",
            "complaint_phone",
            "the number for complaints is the one for questions",
            "give the number of another office",
        )
    for field in ("consult_phone", "complaint_phone"):
        number = getattr(item, field)
        if not _AREA_CODE.fullmatch(number):
            yield ItemFault(
                "area_code", field, f"{number!r} has no area code", "write it like 0532-85911234"
            )


def _audience(item: Item) -> _Faults:
    served = set(item.service_objects)
    if not served:
        yield ItemFault("no_audience", "service_objects", "for nobody", "name whom it serves")
    for place, theme in enumerate(item.themes):
        is_person = theme.audience is ServiceObject.PERSON
        fits = ServiceObject.PERSON in served if is_person else served - {ServiceObject.PERSON}
        if not fits:
            yield ItemFault(
                "theme",
                f"themes.{place}",
                f"theme {theme.name.zh} is for {theme.audience}, the item is not",
                "make the theme and `service_objects` agree",
            )


def _licensing(item: Item) -> _Faults:
    if item.item_kind != LICENSING:
        return
    if not item.faqs:
        yield ItemFault("no_faq", "faqs", "no frequent question", "answer at least one")
    known = [step.stage for step in item.steps if step.stage in _STAGES]
    if known != list(_STAGES):
        yield ItemFault(
            "steps",
            "steps",
            f"the steps are {', '.join(known) or 'none'}",
            f"a permit goes through {', '.join(_STAGES)}, in this order",
        )
    for word, name in (("复议", "reconsideration"), ("诉讼", "litigation")):
        if not any(word in remedy.name.zh for remedy in item.remedies):
            yield ItemFault(
                "remedy", "remedies", f"no {name}", f"say where and by when to seek {name}"
            )
    extensions = [one for one in item.special_procedures if one.kind is SpecialKind.EXTENSION]
    if len(extensions) > 1:
        message, cure = "more than one extension", "the law allows one (许可法第四十二条)"
        yield ItemFault("extensions", "special_procedures", message, cure)


def _basics(item: Item) -> _Faults:
    for field in ("basis", "conditions", "materials"):
        if not getattr(item, field):
            yield ItemFault(f"no_{field}", field, f"no {field}", f"list at least one in `{field}`")
    for place, basis in enumerate(item.basis):
        if not basis.law or not basis.article:
            field = f"basis.{place}.article"
            yield ItemFault("basis", field, "a basis without law or article", "name both")
    starts, ends = item.effective_on, item.cancelled_on
    if starts and ends and ends <= starts:
        yield ItemFault(
            "dates", "cancelled_on", f"cancelled on {ends}, effective on {starts}", "swap them"
        )


def _codes(item: Item) -> _Faults:
    try:
        check_uscc(item.authority.uscc)
    except IdentifierRefused as refusal:
        yield ItemFault("uscc", "authority.uscc", refusal.message.en, "check it letter by letter")
    level = LEVEL_CODES[item.level]
    whole = f"{item.authority.uscc}{level}{item.basic_code}"
    if item.task_code and item.task_code != whole:
        yield ItemFault(
            "task_code",
            "task_code",
            f"{item.task_code} is not authority + level {level} + basic code",
            f"make it {whole}",
        )
    if item.handle_code and not item.handle_code.startswith(item.task_code or whole):
        yield ItemFault(
            "handle_code", "handle_code", "it does not begin with the task code", "add two digits"
        )


def _materials(item: Item) -> _Faults:
    for code, count in Counter(one.code for one in item.materials).items():
        if count > 1:
            yield ItemFault("repeated", "materials", f"material {code!r} twice", "rename one")
    for place, material in enumerate(item.materials):
        for name, message, cure in _material(material):
            yield ItemFault(f"material_{name}", f"materials.{place}.{name}", message, cure)
    if any(one.commitment for one in item.materials) and not item.allows_commitment:
        message = "a material may be promised, and the item allows no promise"
        yield ItemFault("commitment", "allows_commitment", message, "write true")


def _material(one: Material) -> Iterator[tuple[str, str, str]]:
    name = one.name.zh
    if (one.need is Need.CONDITIONAL) != (one.when is not None):
        yield "when", f"{name} is {one.need}", "give `when` exactly for conditional materials"
    if one.source is SourceKind.GOVERNMENT and not one.issuer:
        yield "issuer", f"{name} comes from the government, but from whom?", "name the issuer"
    if not one.basis:
        yield "basis", f"{name} is asked for without basis", "name law and article"
    if (one.need is Need.DEFERRABLE) != (one.supply_within is not None):
        message = f"{name} is {one.need}"
        yield "supply_within", message, "say by when exactly for deferrable materials"
    if one.commitment and not one.commitment.basis:
        yield "commitment.basis", f"{name}: a promise without basis", "name law and article"
    if not 0 <= one.originals <= 99 or not 0 <= one.copies <= 99:
        yield "copies", f"{name}: {one.originals} originals, {one.copies} copies", "use 0 to 99"


def _days(limit: Limit) -> float:
    return limit.amount * _DAYS[limit.unit]


RULES: tuple[Callable[[Item], _Faults], ...] = (
    *(_basics, _codes, _limits, _committed, _results, _visits, _channels),
    *(_fees, _phones, _audience, _licensing, _materials, overlong),
)
