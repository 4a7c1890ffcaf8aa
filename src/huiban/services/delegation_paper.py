# SPDX-License-Identifier: Apache-2.0
"""The paper of a delegation (委托书): set once, shown to its grantor, signed as it was shown."""

import json
from datetime import datetime, timedelta

from huiban.connectors import pades
from huiban.connectors.pades import Box, Place
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.credential import Owner
from huiban.kernel.delegation import Operation
from huiban.kernel.document_words import date_words
from huiban.kernel.identity import Way
from huiban.kernel.identity_words import WAY_WORDS
from huiban.kernel.words import Words
from huiban.services import ceremony, city, credentials, sign_with, signing_papers, vault
from huiban.services.ceremony import Identity, Shown, Strokes
from huiban.services.facts import local_day, read_json
from huiban.services.party import is_person_number, masked
from huiban.services.sign_with import Applied, Drawn
from huiban.store.delegations import Paper
from huiban.store.models import DelegationRow

TITLE = "委托书"
GRANTOR = "grantor"
"""The name of the signature's place in the template."""
_TEMPLATE = "common/documents/delegation.typ"
_MM = 25.4 / 72


def lay(row: DelegationRow, proof: Identity | None = None) -> Paper:
    """
    Set the paper of a delegation from what was written down, with room for a signature.

    With `proof` it says by what the grantor proved who they are, as the one they sign does.
    """
    day = local_day(row.made_at)
    data = _data(row) | {"proved": _proved(proof) if proof else ""}
    made = signing_papers.set_document(_TEMPLATE, TITLE, data, day, with_places=True)
    found = next(one for one in made.places if one.name == GRANTOR)
    content = made.content
    if credentials.is_configured():
        box = Box(found.page - 1, found.left, found.bottom, found.width, found.height)
        title = f"{row.made_by_name}的电子签名"
        content = pades.prepare(content, [Place(GRANTOR, box, locks_all=True, title=title)])
    size = [str(found.width * _MM), str(found.height * _MM)]
    return Paper(
        object_key=vault.keep(content),
        sha256=ceremony.sha256_of(content),
        pages=made.pages,
        place=city.text_of({"name": GRANTOR, "size": size}),
    )


def shown(row: DelegationRow) -> Shown:
    """Give the paper as its grantor is shown it."""
    return Shown(
        matter=matter_of(row.number),
        title=TITLE,
        content=vault.content(row.object_key),
        pages=row.pages,
        place=read_json(row.place),
    )


def matter_of(number: str) -> str:
    """Name a delegation as the matter of the ceremony it is signed in."""
    return f"delegation:{number}"


def signed(row: DelegationRow, strokes: Strokes, by: Owner, now: datetime) -> Applied:
    """
    Sign the paper with its grantor's key, verifiable for years; without an authority, as it is.

    :raises NotOpen: if it cannot be signed now; says why and what to do.
    """
    content = vault.content(row.object_key)
    if not credentials.is_configured():
        return Applied(content, None)
    told = read_json(row.place)["size"]
    assert isinstance(told, list), "written by `lay`"
    width, height = (float(str(one)) for one in told)
    drawn = Drawn(strokes, TITLE, (width, height), is_last=True)
    return sign_with.person(content, GRANTOR, by, drawn, now)


def operation_words(operation: str) -> Words:
    """Say what an operation is."""
    return _OPERATIONS[Operation(operation)]


def item_words(row: DelegationRow) -> list[Words]:
    """Name the items a delegation is for, one line for a whole scenario."""
    if row.scenario:
        scenario = city.loaded().scenarios.get(row.scenario)
        name = scenario.name if scenario else Words(row.scenario)
        return [Words(f"{name.zh}的全部事项", f"All services of {name.speak('en')}")]
    known = city.items()
    return [
        known[code].item.name if code in known else Words(code) for code in json.loads(row.items)
    ]


def last_day(row: DelegationRow) -> datetime:
    """Give the last day that counts, as people write it: the end itself counts no more."""
    return row.valid_until.astimezone(SHANGHAI) - timedelta(seconds=1)


def _proved(proof: Identity) -> str:
    at = proof.at.astimezone(SHANGHAI)
    way = WAY_WORDS[Way(proof.way)].zh
    return f"{way}，{date_words(at.date())} {at:%H:%M}，核实编号 {proof.attempt}"


def _data(row: DelegationRow) -> dict[str, object]:
    is_person = is_person_number(row.grantor_code)
    uses = f"最多 {row.uses_most} 次" if row.uses_most else "不限次数"
    passed = (
        f"本委托由委托编号 {row.parent_id} 转委托而来，不超出原委托的范围。"
        if row.parent_id
        else ""
    )
    return {
        "number": row.number,
        "grantor": row.grantor_name,
        "grantor_code": masked(row.grantor_code) if is_person else row.grantor_code,
        "grantor_is_person": is_person,
        "signer": row.made_by_name,
        "delegate": row.delegate_name,
        "delegate_account": row.delegate,
        "delegate_of": row.delegate_of,
        "items": [one.zh for one in item_words(row)],
        "operations": [operation_words(one).zh for one in json.loads(row.operations)],
        "certificates": json.loads(row.certificates),
        "purpose": row.purpose,
        "from": date_words(row.valid_from.astimezone(SHANGHAI).date()),
        "until": date_words(last_day(row).date()),
        "uses": uses,
        "pass_on": "可以转委托一次，转委托不得超出本委托的范围"
        if row.pass_on == "once"
        else "不得转委托",
        "passed": passed if row.parent_id else "",
        "dated": date_words(local_day(row.made_at)),
    }


_OPERATIONS: dict[Operation, Words] = {
    Operation.FILL: Words("填写申请、上传材料", "Fill in applications and upload documents"),
    Operation.SIGN: Words("在申请表上签名", "Sign the application form"),
    Operation.SUBMIT: Words("提交申请", "Send applications in"),
    Operation.SUPPLY: Words("补正和补交材料", "Correct and hand in what is missing"),
    Operation.COLLECT: Words("领取文书和证照", "Collect documents and certificates"),
    Operation.USE_CERTIFICATE: Words(
        "把证照授权给第三方使用", "Let third parties use a certificate"
    ),
    Operation.USE_SEAL: Words("使用印章", "Use a seal"),
}
