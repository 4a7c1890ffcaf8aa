# SPDX-License-Identifier: Apache-2.0
"""Sealing several documents in one go (批量用印): each on its own, each with its own evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.words import Words
from huiban.services import ceremony_words, city, signing
from huiban.services.ceremony import Device, Identity, Said
from huiban.services.refusal import NotFound, NotOpen, Refused
from huiban.services.signing import Confirmed, Task

MOST = 50


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one document: sealed, or why not."""

    task: Task
    refusal: Words | None = None


def chosen(keys: Sequence[str], actor: Actor) -> list[Task]:
    """
    Find the documents somebody ticked; what is not theirs to seal, or is gone, is left out.

    `keys` are of the form `request:place`.
    """
    found = []
    for key in dict.fromkeys(keys[:MOST]):
        number, _colon, place = key.partition(":")
        if not place.isdecimal() or len(place) > 3:
            continue
        try:
            task = signing.of(number, int(place), actor)
        except NotFound:
            continue
        if task.is_seal:
            found.append(task)
    return found


def statement(actor: Actor) -> Words:
    """Give the words an officer agrees to for all documents together."""
    department = city.common().departments.get(actor.department)
    return ceremony_words.batch_statement(department.name if department else Words(""))


def seal_all(  # noqa: PLR0913 - who seals what with which proof
    tasks: Iterable[Task],
    said: Said,
    identity: Identity,
    device: Device,
    actor: Actor,
    now: datetime,
) -> list[Result]:
    """Seal each document; one that cannot be sealed does not keep the others from it."""
    words = replace(said, batch=statement(actor))
    return [_one(task, words, identity, device, actor, now) for task in tasks]


def _one(  # noqa: PLR0913 - as above, for one
    task: Task, said: Said, identity: Identity, device: Device, actor: Actor, now: datetime
) -> Result:
    try:
        if task.wants_answer:
            raise NotOpen(Words("先填写协查结果，再用印", "Write the answer before it is sealed"))
        begun = signing.begin(task, actor, now, device)
        sent = Confirmed(begun.ceremony.number, said, identity, device)
        return Result(signing.sign(task, sent, actor, now))
    except Refused as refused:
        return Result(task, refused.message)
