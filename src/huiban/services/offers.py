# SPDX-License-Identifier: Apache-2.0
"""What is already known of the applicant: sign-in, earlier filings, the certificate in hand."""

import json
from collections.abc import Mapping
from datetime import date

from huiban.kernel.actor import Actor
from huiban.kernel.envelope import Offer
from huiban.kernel.form import FieldProblem, Form
from huiban.kernel.words import Words
from huiban.packloader import FromCertificate
from huiban.services import city
from huiban.services.facts import local_day, read_json
from huiban.store import on_record
from huiban.store.models import Account, Case, Certificate


def of_identity(account: Account) -> dict[str, Offer]:
    """Offer what the sign-in vouches for (自动填)."""
    title = _source("identity")
    known = {
        "name": account.subject_name or account.name,
        "number": account.subject,
        "contact": account.name,
        "phone": account.phone,
    }
    return {f"identity.{key}": Offer(value, title) for key, value in known.items() if value}


def not_theirs(form: Form, values: Mapping[str, object], subject: str) -> list[FieldProblem]:
    """Name the fields that must state who applies and state somebody else."""
    return [
        FieldProblem(
            one.key,
            "not_yours",
            Words(
                f"{one.label.zh}和登录的身份不一致；替别的单位办理，请用那个单位的账号登录",
                f"{one.label.en or one.label.zh} is not that of the party signed in; "
                "to apply for another, sign in for it",
            ),
            form.section_of(one.key) or "",
        )
        for one in form.fields()
        if "identity.number" in one.prefill and values.get(one.key, subject) != subject
    ]


def of_history(actor: Actor, pack_code: str, form: Form) -> dict[str, Offer]:
    """Offer what the same party filed last in this scenario, for picking (选择填)."""
    wanted = {
        name.partition(".")[2]
        for one in form.fields()
        for name in one.prefill
        if name.startswith("history.")
    }
    last = (
        Case.objects.filter(subject_code=actor.subject, pack_code=pack_code)
        .order_by("-id")
        .only("payload", "submitted_at", "number")
        .first()
        if actor.subject and wanted
        else None
    )
    if last is None:
        return {}
    title, day = _source("history"), local_day(last.submitted_at).isoformat()
    values = read_json(last.payload)
    return {
        f"history.{key}": Offer(values[key], title, day, last.number)
        for key in sorted(wanted)
        if key in values
    }


def of_certificate(
    certificate: Certificate, carried: FromCertificate, form: Form
) -> dict[str, Offer]:
    """Offer what the certificate in hand says (从证照带出)."""
    title = Words(certificate.title, _source("certificate").en)
    day = local_day(certificate.issued_at).isoformat()
    content = json.loads(certificate.content)
    values = content.get("values", {}) if isinstance(content, Mapping) else {}
    offers = {
        key: Offer(values[key], title, day, certificate.number)
        for key in carried.fields
        if key in values and form.field(key) is not None
    }
    attributes = {
        "number": certificate.number,
        "valid_from": certificate.valid_from.isoformat(),
        "valid_until": certificate.valid_until.isoformat() if certificate.valid_until else "",
    }
    for key, attribute in carried.attributes.items():
        offers[key] = Offer(attributes[attribute], title, day, certificate.number)
    return offers


def of_held(subject: str, form: Form, today: date) -> dict[str, Offer]:
    """
    Offer what certificates of other kinds say that a party holds, valid today (手中证照).

    Named `certificate.<kind>.<content>`: a field of the form it was granted on, or an attribute.
    The store is asked only where a form names one.
    """
    named = [
        name.split(".")
        for one in form.fields()
        for name in one.prefill
        if name.startswith(HELD) and name.count(".") == _PARTS - 1
    ]
    kinds = sorted({kind for _, kind, _ in named})
    known = on_record.held(subject, kinds, today) if kinds and subject else {}
    found: dict[str, Offer] = {}
    for source, kind, content in named:
        held = known.get(kind)
        value = _says(held, content) if held else None
        if held is not None and value is not None:
            day = local_day(held.issued_at).isoformat()
            title = Words(held.title, _kind_words(kind))
            found[f"{source}.{kind}.{content}"] = Offer(value, title, day, held.number)
    return found


HELD = "certificate."
_PARTS = 3


def _says(held: Certificate, content: str) -> object:
    attributes = {
        "number": held.number,
        "valid_from": held.valid_from.isoformat(),
        "valid_until": held.valid_until.isoformat() if held.valid_until else None,
    }
    if content in attributes:
        return attributes[content]
    values = json.loads(held.content).get("values", {})
    return values.get(content) if isinstance(values, Mapping) else None


def _kind_words(kind: str) -> str:
    known = city.common().certificates.get(kind)
    return known.name.en if known else ""


def _source(code: str) -> Words:
    found = city.common().sources.get(code)
    return found.title if found else Words(code)
