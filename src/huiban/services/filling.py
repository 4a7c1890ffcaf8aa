# SPDX-License-Identifier: Apache-2.0
"""A draft and what fills it in (草稿预填): offers, choices its writer makes, what is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from huiban.kernel.actor import Actor
from huiban.kernel.envelope import Candidate, Envelope, Kind, Status, disputed
from huiban.kernel.fill_rate import Given
from huiban.kernel.form import FieldKind, FieldProblem, Form
from huiban.kernel.likeness import same
from huiban.kernel.prefill import Ledger, open_conflicts, to_confirm
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import offers
from huiban.services.prefill import Applying, State
from huiban.store.models import Account, Certificate, Draft

OWN = "own"
"""What a writer chose who says that none of the sources is right."""


ALL = "all:"
"""Before the key of a section: every old value in it is confirmed."""


@dataclass(frozen=True, slots=True)
class Said:
    """
    What a writer says to what was filled in, beside typing.

    `confirm` a stale value, or all of a section; `history` a field to take over from before;
    `pick` names the source and which of its records.
    """

    confirm: str = ""
    history: str = ""
    pick: tuple[str, int] | None = None


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Writer:
    """
    Who fills a draft in, and the certificate they start from.

    With `today` the store is asked what other certificates they hold: when a draft begins or is
    asked for anew, not on every page, because what was filled in stays.
    """

    actor: Actor
    account: Account
    certificate: Certificate | None = None
    today: date | None = None


def applying(draft: Draft, scenario: Scenario, writer: Writer) -> Applying:
    """Gather what is known of the writer without asking a register."""
    item = scenario.items[draft.item_code]
    form = scenario.form_of(item)
    known = offers.of_identity(writer.account)
    known |= offers.of_history(writer.actor, scenario.code, form)
    if writer.today is not None:
        known |= offers.of_held(draft.subject_code, form, writer.today)
    carried = scenario.from_certificates.get(form.code)
    if writer.certificate is not None and carried is not None:
        known |= offers.of_certificate(writer.certificate, carried, form)
    return Applying(
        number=draft.number,
        item=item,
        form=form,
        purpose=scenario.code,
        actor=writer.actor,
        party=draft.subject_code,
        offers=known,
    )


def chosen(form: Form, state: State, values: Mapping[str, object], section: str) -> Ledger:
    """Note which source the answers of a step follow where sources disagree."""
    choices = dict(state.ledger.choices)
    for key, envelope in state.envelopes.items():
        one = form.field(key)
        if envelope.status is not Status.CONFLICT or one is None or form.section_of(key) != section:
            continue
        value = values.get(key)
        if value is None:
            continue
        source = next(
            (item.source for item in disputed(one, envelope) if same(one.kind, item.value, value)),
            OWN,
        )
        if source == OWN and one.lock.holds and key not in state.ledger.doubts:
            choices.pop(key, None)  # what registers keep is disputed with a reason, not typed over
            continue
        choices[key] = source
    return replace(state.ledger, choices=choices)


def said(applying: Applying, state: State, said: Said) -> State:
    """Do what a writer says to what was filled in; what is not there any more changes nothing."""
    ledger, values = state.ledger, dict(state.values)
    old = to_confirm(state.envelopes, values, ledger) if said.confirm else []
    confirmed = [
        key for key in old if said.confirm in (key, f"{ALL}{applying.form.section_of(key)}")
    ]
    if confirmed:
        ledger = replace(ledger, confirmed=(*ledger.confirmed, *confirmed))
    if said.pick is not None:
        source, place = said.pick
        if 0 <= place < len(state.several.get(source, ())):
            ledger = replace(ledger, picks={**ledger.picks, source: place})
    past = _past(state.envelopes.get(said.history)) if said.history else None
    if past is not None:
        key = said.history
        values[key] = past.value
        ledger = replace(
            ledger,
            values={**ledger.values, key: past.value},
            given={**ledger.given, key: past.origin(Status.SUGGESTED)},
        )
    return replace(state, values=values, ledger=ledger)


def _past(envelope: Envelope | None) -> Candidate | None:
    return (
        next((one for one in envelope.options if one.kind is Kind.HISTORY), None)
        if envelope
        else None
    )


def problems(form: Form, state: State) -> list[FieldProblem]:
    """Name what a person still has to look at: sources that disagree, values grown old."""
    found = []
    for key in open_conflicts(state.envelopes, state.ledger):
        one = form.field(key)
        if one is not None and (state.values.get(key) is None or one.lock.holds):
            message = Words(
                f"{one.label.zh}：部门之间的记录不一致，请选择正确的一个",
                f"{one.label.en or one.label.zh}: the registers disagree; choose the right one",
            )
            found.append(FieldProblem(key, "conflict", message, form.section_of(key)))
    for key in to_confirm(state.envelopes, state.values, state.ledger):
        one = form.field(key)
        if one is not None:
            message = Words(
                f"{one.label.zh}：部门的数据较旧，请确认是否还是这样",
                f"{one.label.en or one.label.zh}: the register's data is old; please confirm it",
            )
            found.append(FieldProblem(key, "confirm", message, form.section_of(key)))
    return found


def put_back_problem(form: Form, path: str) -> FieldProblem:
    """Say that a cell which a register keeps was changed, and is as it was."""
    table, _, rest = path.partition(".")
    row, _, column = rest.partition(".")
    one = form.field(table)
    asked = next((cell for cell in one.columns if cell.key == column), None) if one else None
    label = asked.label if asked else Words(column)
    message = Words(
        f"第 {int(row) + 1} 行的{label.zh}来自部门登记，不能直接改，已恢复为登记的内容；"
        "登记有误的，删掉这一行，另加一行写明",
        f"{label.en or label.zh} of row {int(row) + 1} is on a register and has been put back; "
        "if the register is wrong, delete the row and add one of your own",
    )
    return FieldProblem(path, "locked", message, form.section_of(path))


def given(form: Form, ledger: Ledger) -> dict[str, Given]:
    """Return what was filled in by path, as the fill record (填写记录) counts it."""
    found: dict[str, Given] = {}
    for key, value in ledger.values.items():
        one = form.field(key)
        if one is not None and one.kind is FieldKind.TABLE:
            found |= _given_cells(key, value, ledger.cells.get(key, {}))
        elif one is not None:
            found[key] = _given(value, ledger.given.get(key, {}))
    settled = {key for key, source in ledger.choices.items() if source != OWN} & set(found)
    return found | {key: replace(found[key], status=str(Status.CONFLICT)) for key in settled}


def _given_cells(
    key: str, rows: object, cells: Mapping[str, Mapping[str, str]]
) -> dict[str, Given]:
    return {
        f"{key}.{number}.{column}": _given(row[column], origin)
        for number, row in enumerate(rows if isinstance(rows, list) else ())
        for column, origin in cells.items()
        if column in row
    }


def _given(value: object, origin: Mapping[str, str]) -> Given:
    kind = origin.get("kind", "shared")
    if origin.get("picked"):
        kind = str(Kind.HISTORY)
    return Given(value, kind, origin.get("status", ""), origin.get("request", ""))


def record_words(form: Form, source: str, record: Mapping[str, object]) -> str:
    """Name one of several records by the first things the form takes from it."""
    contents = [
        content
        for one in form.fields()
        for name in one.prefill
        for start, _, content in [name.partition(".")]
        if start == source and not one.sensitive
    ]
    told = [str(record[content]) for content in contents if record.get(content) is not None]
    return "，".join(told[:2]) or str(next(iter(record.values()), ""))


@dataclass(frozen=True, slots=True)
class Source:
    """One register asked for an application, as the page lists it."""

    resource: str
    title: Words
    state: str
    as_of: str


def sources(asked: Sequence[object], names: Mapping[str, Words]) -> list[Source]:
    """List the registers asked, each once, the worst of its answers counting."""
    worst = ("pending", "timeout", "broken", "busy", "refused", "found", "absent")
    found: dict[str, Source] = {}
    for row in asked:
        resource, state = getattr(row, "resource", ""), getattr(row, "state", "")
        as_of = getattr(row, "as_of", None)
        before = found.get(resource)
        if before is None or worst.index(state) < worst.index(before.state):
            found[resource] = Source(
                resource,
                names.get(resource, Words(resource)),
                state,
                as_of.isoformat() if as_of else "",
            )
    return list(found.values())
