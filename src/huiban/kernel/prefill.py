# SPDX-License-Identifier: Apache-2.0
"""Which known value (预填) fills a field: the first of the field's sources that has one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from huiban.kernel.form import Form
from huiban.kernel.words import Words


@dataclass(frozen=True, slots=True)
class Offer:
    """A value a source can give, with who says so and since when; `as_of` is an ISO date."""

    value: object
    title: Words
    as_of: str = ""
    reference: str = ""

    def origin(self, source: str) -> dict[str, str]:
        """Return what is kept beside the value (来源), as JSON."""
        found = {"source": source, "zh": self.title.zh, "en": self.title.en}
        if self.as_of:
            found["as_of"] = self.as_of
        if self.reference:
            found["reference"] = self.reference
        return found


@dataclass(frozen=True, slots=True)
class Prefilled:
    """Values by field key, and beside each where it came from."""

    values: dict[str, object] = field(default_factory=dict)
    origins: dict[str, dict[str, str]] = field(default_factory=dict)


def prefill(form: Form, offers: Mapping[str, Offer]) -> Prefilled:
    """
    Fill the fields of a form from offers named `source.content`.

    An offer under the bare key of a field, such as one carried over from a certificate, goes
    before the field's own list.
    """
    found = Prefilled()
    for one in form.fields():
        for name in (one.key, *one.prefill):
            offer = offers.get(name)
            if offer is not None and offer.value not in (None, "", [], {}):
                found.values[one.key] = offer.value
                found.origins[one.key] = offer.origin(name.partition(".")[0])
                break
    return found


def still_prefilled(
    origins: Mapping[str, Mapping[str, str]],
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> dict[str, dict[str, str]]:
    """
    Keep the origins of values that the applicant has left as they were.

    What was typed over is the applicant's own word and no longer the source's.
    """
    return {
        key: dict(origin)
        for key, origin in origins.items()
        if key in before and before[key] == after.get(key)
    }
