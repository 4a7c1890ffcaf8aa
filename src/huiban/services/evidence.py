# SPDX-License-Identifier: Apache-2.0
"""Whether the record still is what was written (核验): chains, leaves, replay of the journal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from huiban.kernel import process
from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.evidence import Break, Digests, check_chain
from huiban.kernel.process import Act, Standing
from huiban.kernel.sign_order import RequestState
from huiban.services import certificate_life, handle, ledger, ledger_rows, sign_ends
from huiban.services.facts import Filing, about_digest, case_facts, local_day
from huiban.services.handle import Opened
from huiban.services.journal import body_of, entry_of
from huiban.store import cases, certificates, checkpoints, documents, filings, inquiries, journal
from huiban.store import ledger as stored_ledgers
from huiban.store.checkpoints import Mismatch
from huiban.store.filings import PastAnswers
from huiban.store.inquiries import Broken
from huiban.store.models import Case, LedgerEntry
from huiban.store.rows import CaseRow, JournalRow


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about one case; no breaks and the same standing is what is wanted."""

    number: str
    entries: int
    breaks: tuple[Break, ...]
    replays: bool
    altered: tuple[str, ...] = ()
    """What is stored beside the journal and is not what the journal says of it."""
    rewritten: tuple[str, ...] = ()
    """What the log of checkpoints holds of the journal, and the journal does not bear out."""

    @property
    def is_sound(self) -> bool:
        return not self.breaks and self.replays and not self.altered and not self.rewritten


def verify_case(number: str) -> Verdict:
    """
    Check the chain of a case and play its journal again.

    :raises NotFound: if there is no such case.
    """
    for _ in range(_TRIES):
        try:
            opened = handle.load(number)
            verdict = _verdict(opened)
        except UNREADABLE as fault:
            return _unreadable(number, fault)
        # Case, journal and documents are read one after the other: while somebody works on the
        # case they may not belong together, which is no fault of the record.
        if verdict.is_sound or _is_still(opened.case):
            break
    return verdict


_TRIES = 5
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What reading a row raises that somebody garbled."""


def _unreadable(number: str, fault: Exception) -> Verdict:
    """One garbled row is told as such, and hides nothing of the others."""
    case = cases.load(number)
    rows = journal.of_case(case.id)
    rewritten = tuple(map(leaf_fault, checkpoints.mismatched(checkpoints.CASE, number)))
    return Verdict(
        number=number,
        entries=len(rows),
        breaks=tuple(breaks_of(case, rows)),
        replays=False,
        altered=(f"unreadable: {fault!r}",),
        rewritten=rewritten,
    )


def _is_still(case: CaseRow) -> bool:
    now = cases.load(case.number)
    return (now.version, now.chain_seq) == (case.version, case.chain_seq)


def _verdict(opened: Opened) -> Verdict:
    case, number = opened.case, opened.case.number
    breaks = breaks_of(case, opened.journal)
    replays = replay(opened) == opened.standing
    rewritten = tuple(map(leaf_fault, checkpoints.mismatched(checkpoints.CASE, number)))
    altered = tuple(_altered(opened))
    return Verdict(number, len(opened.journal), tuple(breaks), replays, altered, rewritten)


def breaks_of(case: CaseRow, rows: Sequence[JournalRow]) -> list[Break]:
    """Return where the journal of a case is not what was written; empty if it holds."""
    entries = [entry_of(case.number, row) for row in rows]
    links = [Digests(row.sha256, row.sm3) for row in rows]
    head = Digests(case.chain_sha256, case.chain_sm3)
    return check_chain(entries, links, head=head, serial="seq")


def leaf_fault(found: Mismatch) -> str:
    """Say what a leaf tells that its chain does not."""
    where = f"checkpoint {found.checkpoint} (leaf {found.place}) holds entry {found.leaf.seq}"
    if found.is_gone:
        return f"{where}, which is not there: it was removed"
    return f"{where} with other digests: it, or an entry before it, was changed and rewritten"


def verify_all() -> Iterator[Verdict]:
    """Check every case, oldest first."""
    for number in Case.objects.order_by("id").values_list("number", flat=True).iterator():
        yield verify_case(number)
    for case_id, entries in journal.without_case():
        yield Verdict(f"#{case_id}", entries, (), replays=False, altered=("case removed",))
    for number in checkpoints.cases_gone():
        faults = tuple(map(leaf_fault, checkpoints.mismatched(checkpoints.CASE, number)))
        yield Verdict(number, 0, (), replays=False, altered=("case removed",), rewritten=faults)


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """What was found out about the request log (查询记录)."""

    chains: int
    lines: int
    broken: tuple[Broken, ...]
    unlogged: tuple[str, ...]
    """Requests whose answers are kept and that the log knows nothing of."""
    rewritten: tuple[str, ...] = ()
    """What the checkpoints hold of the request log, and it does not bear out."""

    @property
    def is_sound(self) -> bool:
        return not self.broken and not self.unlogged and not self.rewritten


def verify_log() -> LogVerdict:
    """Check the chain of every subject in the request log, and that no answer came without it."""
    chains = lines = 0
    broken: list[Broken] = []
    for _, count, found in inquiries.verify_all():
        chains += 1
        lines += count
        broken += found
    rewritten = tuple(
        f"{found.leaf.key[:12]}: {leaf_fault(found)}"
        for found in checkpoints.mismatched(checkpoints.INQUIRY)
    )
    return LogVerdict(chains, lines, tuple(broken), tuple(inquiries.unlogged()), rewritten)


@dataclass(frozen=True, slots=True)
class LedgerVerdict:
    """What was found out about the ledgers (台账) of seals, certificates, keys and packages."""

    chains: int
    entries: int
    faults: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify_ledgers() -> LedgerVerdict:
    """Check every ledger, each leaf of one, and that things are what their ledgers say."""
    chains = entries = 0
    faults: list[str] = []

    def read() -> Iterator[list[LedgerEntry]]:
        nonlocal chains, entries
        for chain in stored_ledgers.chains():
            chains += 1
            entries += len(chain)
            name = f"{chain[0].chain} {chain[0].key}"
            faults.extend(f"{name}: {one.message}" for one in ledger.breaks_in(chain))
            yield chain

    altered = list(ledger_rows.faults_of(read()))
    faults += altered
    faults += (
        f"{found.leaf.chain} {found.leaf.key}: {leaf_fault(found)}"
        for found in checkpoints.mismatched("")
    )
    faults += (
        f"certificate {number}: it has a ledger, and is not there: it was removed"
        for number in stored_ledgers.certificates_gone()
    )
    return LedgerVerdict(chains, entries, tuple(faults))


def altered(number: str) -> list[str]:
    """Name what is stored of a case and is not what its journal says; empty if all is."""
    found: list[str] = []
    for _ in range(_TRIES):
        try:
            opened = handle.load(number)
            found = list(_altered(opened))
        except UNREADABLE as fault:
            return [f"unreadable: {fault!r}"]
        if not found or _is_still(opened.case):
            break
    return found


def _altered(opened: Opened) -> Iterator[str]:
    """Name what of the case, its answers and its documents differs from what was recorded."""
    case, entries, standing = opened.case, opened.journal, opened.standing
    stage, outcome = process.stage(opened.chart, standing), standing.outcome or ""
    if (case.stage, case.outcome) != (stage, outcome):
        yield "stage"
    if entries and (case.applicant, case.submitted_at) != (entries[0].actor, entries[0].at):
        yield "submission"
    told = body_of(entries[0]).get("about_sha256") if entries else None
    if told is not None and told != about_digest(
        case.item_code, case.life, case.source_certificate, case.subject_code, case.subject_name
    ):
        yield "party"
    kept = [Filing(one.payload, one.materials, "") for one in filings.of_case(case.id)]
    kept.append(Filing(case.payload, case.materials, ""))
    if [one.digest for one in kept] != [
        body["filed"] for body in map(body_of, entries) if "filed" in body
    ]:
        yield "answers"
    yield from _documents_altered(case, entries)
    for held in certificates.of_case(case.id):
        if found := certificate_life.altered(held):
            yield f"certificate {held.number}: {', '.join(found)}"


def _documents_altered(case: CaseRow, entries: Sequence[JournalRow]) -> Iterator[str]:
    """Name documents that are not as they were issued, and those that never were."""
    held = {(one.code, one.journal_seq): one for one in documents.of_case(case.id)}
    for key, told in _documents_told(entries):
        one = held.pop(key, None)
        if one is None:
            yield f"document {key[0]}: removed"
            continue
        now: dict[str, object] = {
            "sha256": one.sha256,
            "title": one.title,
            "reference": one.reference,
            "signatures": one.signed_with,
            "issued_at": one.issued_at,
            "issued_by": one.issued_by,
            "is_public": one.is_public,
        }
        wrong = [name for name in now if told.get(name, now[name]) != now[name]]
        if wrong:
            yield f"document {key[0]}: {', '.join(wrong)}"
    for code, _ in held:
        yield f"document {code}: never issued"


def _documents_told(
    entries: Sequence[JournalRow],
) -> Iterator[tuple[tuple[str, int], Mapping[str, object]]]:
    """Give what the journal says of each document, by its kind and the entry that caused it."""
    by_seq = {row.seq: row for row in entries}
    for row in entries:
        body = body_of(row)
        if row.act == "document_issued":
            about: dict[str, object] = {"signatures": [], "is_public": row.is_public}
            seq = int(str(body["entry"]))
            if cause := by_seq.get(seq):
                about |= {"issued_at": cause.at, "issued_by": cause.actor_name}
            yield (str(body["code"]), seq), {**about, **body}
        elif row.act == sign_ends.ACTS[RequestState.COMPLETED]:
            about = {"signatures": [], "reference": "", "is_public": False, "issued_at": row.at}
            yield (sign_ends.CODE, row.seq), {**about, **body}


def replay(opened: Opened, past: Sequence[PastAnswers] | None = None) -> Standing | None:
    """
    Play a case's journal through its chart; None if it cannot be played.

    `past` is what corrections have replaced, where it is not to be read from the store.
    """
    day = local_day(opened.case.submitted_at)
    past = filings.of_case(opened.case.id) if past is None else past
    try:
        return process.replay(
            opened.chart,
            [
                (act_of(row), _facts(opened, past, row), actor_of(row), day)
                for row in opened.journal
                if _moves(row)
            ],
        )
    except (process.ActionRefused, ValueError):
        return None


def _facts(opened: Opened, past: Sequence[PastAnswers], row: JournalRow) -> dict[str, object]:
    """The facts in force at an entry: a correction replaces them from its own entry on."""
    for one in past:
        if row.seq < one.until_seq:
            return case_facts(opened.scenario, opened.case, Filing(one.payload, one.materials, ""))
    return case_facts(opened.scenario, opened.case)


def _moves(row: JournalRow) -> bool:
    return row.act == process.BEGIN or "act" in body_of(row)


def act_of(row: JournalRow) -> Act:
    """Read the act of a journal entry back."""
    act = body_of(row).get("act")
    if not isinstance(act, dict):
        return Act(row.act)
    return Act(str(act["name"]), act.get("task"), act.get("inputs") or {})


def actor_of(row: JournalRow) -> Actor:
    """Give the actor of an entry with the standing it acted in."""
    actor = body_of(row).get("actor")
    if not isinstance(actor, dict):
        return Actor(row.actor, row.actor_name, ActorKind.SYSTEM, frozenset({"system"}))
    return Actor(
        number=row.actor,
        name=row.actor_name,
        kind=ActorKind(str(actor["kind"])),
        roles=frozenset(str(role) for role in actor["roles"]),
        department=str(actor.get("department", "")),
        division=str(actor.get("division", "")),
    )
