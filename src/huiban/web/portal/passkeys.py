# SPDX-License-Identifier: Apache-2.0
"""One's passkeys (通行密钥): listed, made after the password, named, removed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.services import passkey_words, passkeys
from huiban.services.passkeys import LONGEST_NAME, Sent
from huiban.services.refusal import FieldFault, NotOpen
from huiban.web import identity, passkey_part
from huiban.web.field_model import ProblemLink
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, see_other, signed_in

_HERE = "/passkeys"
_PURPOSE = "passkey"
_KEPT = "hb_passkey"
"""What of a passkey being made waits in the session: name, challenge, where to go on."""


@require_safe
@never_cache
@signed_in
def listing(visit: Visit) -> HttpResponse:
    """List one's passkeys."""
    return _list(visit)


def _list(visit: Visit, at: str = "", fault: str = "") -> HttpResponse:
    held = passkeys.listing(visit.account.to_actor())
    closed = passkeys.closed()
    context: Context = {
        "passkeys": held,
        "closed": closed.speak(visit.language) if closed else "",
        "may_add": closed is None and len(held) < passkey_words.MOST,
        "most": passkey_words.MOST,
        "longest": LONGEST_NAME,
        "fault_at": at,
        "fault": fault,
        "crumbs": [(_("首页"), "/"), (_("通行密钥"), "")],
    }
    return render(visit.request, "portal/passkeys.html", context, status=422 if fault else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def new(visit: Visit) -> HttpResponse:
    """Ask for a name and the password, then go on to the device."""
    passkeys.site()
    if visit.request.method != "POST":
        return _ask(visit, _next(visit.request.GET.get("next", ""), visit))
    sent = visit.request.POST
    name = sent.get("name", "").replace("\x00", "")[:100]
    on_url = _next(sent.get("next", ""), visit)
    faults: dict[str, str] = {}
    try:
        name = passkeys.checked_name(name)
    except FieldFault as refused:
        faults["name"] = refused.message.speak(visit.language)
    try:
        identity.prove(visit, _PURPOSE)
    except identity.NotProved as fault:
        faults["password"] = str(fault)
    if faults:
        return _ask(visit, on_url, name, faults)
    visit.request.session[_KEPT] = {"name": name, "next": on_url}
    return see_other(f"{_HERE}/make")


def _ask(
    visit: Visit, on_url: str, name: str = "", faults: dict[str, str] | None = None
) -> HttpResponse:
    faults = faults or {}
    context: Context = {
        "name": name,
        "next": on_url,
        "faults": faults,
        "links": [ProblemLink(f"#{path}", words) for path, words in faults.items()],
        "needs_password": identity.proved(visit, _PURPOSE) is None,
        "elsewhere": passkey_part.elsewhere(visit),
        "longest": LONGEST_NAME,
        "crumbs": [(_("通行密钥"), _HERE), (_("添加"), "")],
    }
    status = 422 if faults else 200
    return render(visit.request, "portal/passkey_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def make(visit: Visit) -> HttpResponse:
    """Have the device make the passkey, or keep what it made."""
    kept = visit.request.session.get(_KEPT)
    if not isinstance(kept, dict) or identity.proved(visit, _PURPOSE) is None:
        return see_other(f"{_HERE}/new")
    if visit.request.method == "POST":
        return _keep(visit, kept)
    return _draw(visit, kept)


def _keep(visit: Visit, kept: dict[str, str]) -> HttpResponse:
    own = visit.account.to_actor()
    # A challenge is answered once, whatever the answer is worth.
    challenge = kept.pop("challenge", "")
    visit.request.session[_KEPT] = kept
    sent = Sent(kept["name"], visit.request.POST.get("answer", ""), challenge)
    try:
        passkeys.register(sent, own, visit.now)
    except (FieldFault, NotOpen) as refused:
        return _draw(visit, kept, refused)
    del visit.request.session[_KEPT]
    identity.spend(visit)
    messages.success(visit.request, _("通行密钥已添加。以后核实身份，用它和一个验证码就行。"))
    return see_other(kept["next"] or _HERE)


def _draw(
    visit: Visit, kept: dict[str, str], refused: FieldFault | NotOpen | None = None
) -> HttpResponse:
    begun = passkeys.begin(visit.account.to_actor())
    visit.request.session[_KEPT] = kept | {"challenge": begun.challenge}
    context: Context = {
        "name": kept["name"],
        "part": passkey_part.part("create", begun.options),
        "elsewhere": passkey_part.elsewhere(visit),
        "refused": refused.message.speak(visit.language) if refused else "",
        "crumbs": [(_("通行密钥"), _HERE), (_("添加"), "")],
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "portal/passkey_make.html", context, status=status)


@require_POST
@never_cache
@signed_in
def rename(visit: Visit, number: str) -> HttpResponse:
    """Call one of one's passkeys something else."""
    name = visit.request.POST.get("name", "").replace("\x00", "")[:100]
    try:
        passkeys.rename(number, name, visit.account.to_actor())
    except FieldFault as refused:
        return _list(visit, number, refused.message.speak(visit.language))
    messages.success(visit.request, _("名字已改。"))
    return see_other(_HERE)


@require_POST
@never_cache
@signed_in
def remove(visit: Visit, number: str) -> HttpResponse:
    """Remove one of one's passkeys."""
    passkeys.remove(number, visit.account.to_actor(), visit.now)
    words = _("通行密钥已删除，从现在起它不能再用来核实。设备里的那一份，请在设备的设置里删除。")
    messages.success(visit.request, words)
    return see_other(_HERE)


def _next(way: str, visit: Visit) -> str:
    """Where somebody was sent from to make one; only our own pages on proving who one is."""
    is_ours = url_has_allowed_host_and_scheme(way, allowed_hosts={visit.request.get_host()})
    return way if is_ours and way.startswith("/identity/") else ""
