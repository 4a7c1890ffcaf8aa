# SPDX-License-Identifier: Apache-2.0
"""forms/*.yaml: the questions asked (表单), why each is asked, and who may fill it in advance."""

from typing import Annotated, ClassVar

from pydantic import Field as Described

from huiban.kernel import form
from huiban.packloader.schema.part import Count, Flag, Key, Maker, Number, Part, Sentence


class OptionIn(Part):
    """One choice; `value` is stored and never changes."""

    makes: ClassVar[Maker] = form.Option
    value: Key
    label: Sentence


class FieldIn(Part):
    """One question, or a repeating table of questions; `use: key` takes it from `like`."""

    makes: ClassVar[Maker] = form.Field
    key: Key
    label: Sentence
    kind: form.FieldKind
    required: Flag = False
    required_when: Annotated[str, Described(description="rule over this form's facts")] = ""
    show_when: Annotated[str, Described(description="rule over this form's facts")] = ""
    why: Annotated[Sentence | None, Described(description="why it is asked (为什么要填)")] = None
    hint: Annotated[Sentence | None, Described(description="how to fill it in (怎么填)")] = None
    options: tuple[OptionIn, ...] = ()
    multiple: Flag = False
    columns: tuple["FieldIn", ...] = ()
    minimum: Number | None = None
    maximum: Number | None = None
    decimals: Count = 0
    unit: str = ""
    min_length: Count = 0
    max_length: Count = 200
    multiline: Flag = False
    format: Annotated[str, Described(description="a named shape: plate, email, postcode …")] = ""
    min_rows: Count = 0
    max_rows: Count = 100
    accept: tuple[str, ...] = ()
    max_bytes: Count = 20 * 1024 * 1024
    max_files: Count = 1
    earliest: Annotated[str, Described(description="ISO date, today, or today-30")] = ""
    latest: Annotated[str, Described(description="ISO date, today, or today-30")] = ""
    prefill: Annotated[
        tuple[str, ...],
        Described(description="source.content (a catalogue resource is a source), in order"),
    ] = ()
    check: Annotated[
        tuple[str, ...], Described(description="source.content asked for a second opinion only")
    ] = ()
    lock: Annotated[
        form.Lock, Described(description="whether what was filled in may be typed over")
    ] = form.Lock.NO
    when_absent: Annotated[
        str, Described(description="what no record in a complete, fresh register means, e.g. 0")
    ] = ""
    register_words: Annotated[
        dict[str, str],
        Described(default_factory=dict, description="how registers write it: its value (对照)"),
    ]
    sensitive: Flag = False
    text: Annotated[Sentence | None, Described(description="text of a declaration")] = None


class SectionIn(Part):
    """One step of the application."""

    makes: ClassVar[Maker] = form.Section
    key: Key
    title: Sentence
    intro: Sentence | None = None
    fields: Annotated[tuple[FieldIn, ...], Described(min_length=1)]


class CheckIn(Part):
    """A condition across fields; `message` tells the applicant what to change."""

    code: Key
    title: Sentence
    holds: Annotated[str, Described(description="rule over this form's facts")]
    points_to: Annotated[Key, Described(description="the field the message is shown at")]
    message: Sentence
    basis: str = ""


class FromCertificateIn(Part):
    """A form that starts from the certificate in hand (从手里的证照带出)."""

    kind: Annotated[Key, Described(description="a kind in common/certificates.yaml")]
    attributes: Annotated[
        dict[Key, str],
        Described(description="field: number, valid_from or valid_until of the certificate"),
    ]
    locked: Annotated[
        tuple[Key, ...], Described(description="fields carried over that cannot change")
    ] = ()
    editable: Annotated[
        tuple[Key, ...], Described(description="fields carried over that may change")
    ] = ()


class LookupIn(Part):
    """One question to a register: which resource, by which key, where the key comes from."""

    makes: ClassVar[Maker] = form.Lookup
    source: Annotated[Key, Described(description="a resource of the catalogue")]
    by: Annotated[Key, Described(description="one of the resource's lookup keys")]
    start: Annotated[
        str,
        Described(
            alias="from",
            description="identity.number, a field, a column, or source.item of another lookup",
        ),
    ]
    rows: Annotated[str, Described(description="the table its records fill, one a row")] = ""


class RemovedIn(Part):
    """A question of the replaced form that is no longer asked (减字段)."""

    makes: ClassVar[Maker] = form.Option
    value: Annotated[Key, Described(alias="key")]
    label: Sentence


class FormIn(Part):
    """One application form (申请表)."""

    makes: ClassVar[Maker] = form.Form
    code: Key
    title: Sentence
    named_by: Annotated[
        str, Described(description="field whose answer names the application in lists")
    ] = ""
    from_certificate: FromCertificateIn | None = None
    sections: Annotated[tuple[SectionIn, ...], Described(min_length=1)]
    checks: tuple[CheckIn, ...] = ()
    lookups: tuple[LookupIn, ...] = ()
    removed: Annotated[
        tuple[RemovedIn, ...], Described(description="questions no longer asked (减字段)")
    ] = ()
