# SPDX-License-Identifier: Apache-2.0
"""What people agree to before registers are asked about them (同意): given, withdrawn, listed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.form import Form
from huiban.kernel.lookup import NUMBER, bound
from huiban.kernel.resource import Consent as Kind
from huiban.kernel.resource import Resource
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.exchange_keys import key_digest
from huiban.services.refusal import NotFound, NotOpen
from huiban.services.resources import provider_of, purpose_words
from huiban.store import consents, fetched, ids
from huiban.store.models import Account, Consent


@dataclass(frozen=True, slots=True)
class Needed:
    """A consent that an application asks for: to what, for which scenario, in which words."""

    resource: Resource
    purpose: str
    text: Words

    @property
    def digest(self) -> str:
        """What the page sends back, so that nobody agrees to words they were not shown."""
        return hashlib.sha256(f"{self.text.zh}\n{self.text.en}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Given:
    """A consent as its giver sees it."""

    consent: Consent
    resource: Words
    provider: Words
    purpose: Words

    @property
    def is_in_force(self) -> bool:
        return self.consent.withdrawn_at is None


def needed(form: Form, purpose: str, subject: str) -> list[Needed]:
    """
    List the consents a form asks of its applicant that they have not given, in the form's order.

    Only for what is looked up by the applicant's own number: nobody agrees for others.
    """
    known, items = city.loaded().catalogue.resources, bound(form)
    wanted = [
        known[key]
        for key in dict.fromkeys(one.source for one in form.lookups if one.start == NUMBER)
        if key in known and known[key].consent is Kind.EXPLICIT and purpose in known[key].purposes
    ]
    if not wanted:
        return []
    digest = key_digest(subject)
    there = consents.in_force([digest], [one.key for one in wanted], purpose)
    return [
        Needed(one, purpose, _text(one, items.get(one.key, frozenset()), purpose))
        for one in wanted
        if (digest, one.key) not in there
    ]


def has(subject: str, resource: str, purpose: str) -> bool:
    """Tell whether a subject (USCC or identity number) has agreed and not taken it back."""
    return bool(consents.in_force([key_digest(subject)], [resource], purpose))


def give(wanted: Needed, shown: str, account: Account, matter: str, now: datetime) -> str:
    """
    Keep the consent of who is signed in, and return its number; given before, it is that one.

    `shown` is the digest of the words on the page. What was refused for want of it is forgotten,
    so that it can be asked for at once.

    :raises NotOpen: if the words have changed since the page was drawn.
    """
    if shown != wanted.digest:
        raise NotOpen(
            Words(
                "同意书的内容刚刚有调整，请重新阅读后再确认",
                "The words have just changed; please read them again before you agree",
            )
        )
    subject, key = key_digest(account.subject), wanted.resource.key
    there = consents.in_force([subject], [key], wanted.purpose)
    if not there:
        consents.give(
            Consent(
                number=ids.new_key(),
                account=account,
                subject=subject,
                resource=key,
                purpose=wanted.purpose,
                matter=matter,
                text_sha256=wanted.digest,
                given_at=now,
            )
        )
        there = consents.in_force([subject], [key], wanted.purpose)
    fetched.forget_refused(matter, key)
    return there[subject, key]


def withdraw(number: str, actor: Actor, now: datetime) -> None:
    """
    Take a consent back: from now on nobody asks; what was answered before stays with its matter.

    :raises NotFound: if it is not theirs, or was withdrawn before.
    """
    if not actor.subject or not consents.withdraw(number, key_digest(actor.subject), now):
        raise NotFound(
            Words(
                "没有这条生效中的同意，可能已经撤回；请刷新查看",
                "There is no such consent in force; it may have been withdrawn: look again",
            )
        )


def mine(actor: Actor) -> list[Given]:
    """List what the party agreed to, newest first."""
    if not actor.subject:
        return []
    return [_given(one) for one in consents.of_subject(key_digest(actor.subject))]


def _given(consent: Consent) -> Given:
    known = city.loaded().catalogue.resources.get(consent.resource)
    provider = provider_of(known) if known else None
    return Given(
        consent=consent,
        resource=known.name if known else Words(consent.resource),
        provider=provider.name if provider else Words(known.provider if known else ""),
        purpose=purpose_words(consent.purpose),
    )


def _text(resource: Resource, items: frozenset[str], purpose: str) -> Words:
    provider = provider_of(resource)
    by = provider.name if provider else Words(resource.provider)
    labels = [one.label for one in resource.items if one.key in items]
    scene = purpose_words(purpose)
    return Words(
        f"我同意：为办理“{scene.zh}”，向{by.zh}查询我的{resource.name.zh}"
        f"（{'、'.join(one.zh for one in labels)}）。只用于办理这类事项，每次查询都有记录，"
        "可以随时在“我的数据”里撤回。",
        f"I agree that {by.speak('en')} is asked for my {resource.name.speak('en')} "
        f"({', '.join(one.speak('en') for one in labels)}) for “{scene.speak('en')}”. It is used "
        "for applications of this kind only, every request is logged, and I may withdraw at any "
        "time under “My data”.",
    )
