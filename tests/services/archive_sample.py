# SPDX-License-Identifier: Apache-2.0
"""Archived cases for tests: through the whole chain, with a correction where it is wanted."""

import hashlib
import io
import threading
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from huiban.jobs.errands import registry
from huiban.jobs.worker import Surroundings, run_until_empty
from huiban.kernel import bag
from huiban.kernel.actor import ActorKind
from huiban.kernel.evidence import Digests, canonical, link
from huiban.kernel.seal import HolderKind
from huiban.services import accounts, drafts, handle, mine, seals_grant, submit, vault
from huiban.services.accounts import Person
from huiban.services.drafts import Saving
from huiban.services.handle import Order
from huiban.services.seals_grant import NewGrant
from huiban.store import archives
from huiban.store.models import Account, Job
from tests.services import city_sample as sample
from tests.services import signing_sample

NOW = sample.at("2026-11-23 09:30")
POINTS = [{"about": "运输路线", "fault": "没有写明终点", "cure": "写到消纳场"}]


def work(now: datetime = NOW) -> None:
    """Carry out every job that is ready; none may fail."""
    around = Surroundings("test", lambda: now, lambda: 0.5, threading.Event())
    run_until_empty(registry(), around)
    failed = Job.objects.exclude(last_error="").first()
    assert failed is None, failed.last_error


def granted(town: dict[str, Account], *, corrected: bool = False) -> str:
    """A case that was granted and archived, after a correction if wanted."""
    number = sample.case(town["wangmin"], NOW)
    if corrected:
        correct(town, number)
    return grant(town, number)


def grant(town: dict[str, Account], number: str) -> str:
    """Let a case be accepted, examined, granted and archived."""
    for who, name in (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")):
        handle.act(number, Order(name), town[who].to_actor(), NOW)
    work()
    return number


def give_seals(town: dict[str, Account]) -> None:
    """Make the seal of the approval service, and let its people and the system use it."""
    seal = signing_sample.give_seal("approval_service", "zhaojianguo", NOW, "construction_waste.*")
    keeper = Account.objects.get(number="keeper-approval_service").to_actor()
    for role in ("window", "examiner", "leader", "system"):
        new = NewGrant(
            holder_kind=HolderKind.ROLE, holder=role, documents=("construction_waste.*",),
            valid_from=NOW, valid_until=NOW + timedelta(days=100),
        )  # fmt: skip
        seals_grant.give(seal.number, new, keeper, NOW)


def correct(town: dict[str, Account], number: str) -> None:
    """Send a case back once, and have it sent in again with another route."""
    asked = Order("request_correction", inputs={"reason": "路线不全", "points": POINTS})
    handle.act(number, asked, town["zhangqian"].to_actor(), NOW)
    account = town["wangmin"]
    actor = account.to_actor()
    writing = mine.correct(number, actor, account, NOW)
    section = next(one for one in writing.form.sections if one.key == "disposal")
    answers = {one.key: writing.values.get(one.key) for one in section.fields}
    saved = Saving("disposal", answers | {"route": "深圳路—青银高速—即墨消纳场"})
    drafts.save(writing.number, saved, actor, NOW)
    submit.submit(writing.number, actor, NOW)


def archivist(number: str = "jiangnan", name: str = "姜楠", division: str = "370200") -> Account:
    """An archivist of the approval service."""
    person = Person(
        number=number, name=name, kind=ActorKind.OFFICER, roles=("archivist",),
        department="approval_service", division=division,
    )  # fmt: skip
    return accounts.make(person, sample.PASSWORD)


def bytes_of(case_number: str) -> bytes:
    """The package of a case as it lies in the store."""
    return vault.content(archives.of_case(case_number).object_key)


def place_of(key: str) -> Path:
    """Where an object lies in the folder of the tests."""
    return Path(settings.OBJECTS_URL.partition(":")[2]) / key


def changed(package: bytes, **members: bytes | None) -> bytes:
    """A copy of a package with members replaced, added or (None) left out, and nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(out, "w") as after:
        folder = before.namelist()[0].partition("/")[0]
        for one in before.infolist():
            path = one.filename.partition("/")[2]
            content = members.pop(path, before.read(one))
            if content is not None:
                after.writestr(one, content)
        for path, content in members.items():
            if content is not None:
                after.writestr(f"{folder}/{path}", content)
    return out.getvalue()


def some_material(package: bytes) -> str:
    """The path of a material in a package."""
    with zipfile.ZipFile(io.BytesIO(package)) as held:
        paths = [name.partition("/")[2] for name in held.namelist()]
    return next(path for path in paths if path.startswith("data/content/materials/"))


def objects() -> set[str]:
    """Every object in the folder of the tests."""
    folder = Path(settings.OBJECTS_URL.partition(":")[2])
    return {f"{path.parent.name}/{path.name}" for path in folder.glob("??/*")}


def members(package: bytes) -> dict[str, bytes]:
    """Every member of a package by its path in the bag."""
    with zipfile.ZipFile(io.BytesIO(package)) as held:
        return {one.partition("/")[2]: held.read(one) for one in held.namelist()}


def resealed(package: bytes, **told: bytes | None) -> bytes:
    """A copy with members replaced, None removed, by somebody who writes every manifest anew."""
    every = members(package) | told
    held = {path: body for path, body in every.items() if body is not None}
    payload = {path: body for path, body in held.items() if path.startswith("data/")}
    info = bag.read_tags("bag-info.txt", held["bag-info.txt"].decode())
    info["Payload-Oxum"] = bag.oxum(len(body) for body in payload.values())
    held["bag-info.txt"] = bag.tags(info.items()).encode()
    for name in ("sha256", "sha512", "sm3"):
        listed = {path: hashlib.new(name, body).hexdigest() for path, body in payload.items()}
        held[f"manifest-{name}.txt"] = bag.manifest(listed).encode()
    beside = {
        path: body
        for path, body in held.items()
        if path not in payload and not path.startswith("tagmanifest-")
    }
    for name in ("sha256", "sha512"):
        listed = {path: hashlib.new(name, body).hexdigest() for path, body in beside.items()}
        held[f"tagmanifest-{name}.txt"] = bag.manifest(listed).encode()
    gone = dict.fromkeys(every.keys() - held.keys())
    return changed(package, **(held | gone))


def relinked(entries: list[dict[str, object]]) -> tuple[bytes, Digests, int]:
    """A journal of these entries, numbered and linked anew, with its end."""
    last: Digests | None = None
    lines = []
    for seq, entry in enumerate(entries, 1):
        entry["seq"] = seq
        last = link(last, entry)
        lines.append(canonical({"entry": entry, "sha256": last.sha256, "sm3": last.sm3}))
    assert last is not None
    return b"\n".join(lines) + b"\n", last, len(lines)


def key_of(case_number: str) -> str:
    """The object that the package of a case is."""
    return archives.of_case(case_number).object_key
