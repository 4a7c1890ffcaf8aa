# SPDX-License-Identifier: Apache-2.0
"""Who applies, as documents name them: an enterprise by its code, a person by a masked number."""

from collections.abc import Mapping

from huiban.kernel.document import Party
from huiban.kernel.identifier import IdentifierRefused, check_uscc
from huiban.services.facts import read_json
from huiban.services.handle import Opened

_LENGTH = 18


def party_of(opened: Opened) -> Party:
    """Name the applicant of a case."""
    case = opened.case
    return party_as(case.subject_code, case.subject_name, read_json(case.payload))


def party_as(code: str, name: str, values: Mapping[str, object]) -> Party:
    """Name whoever applies with some answers."""
    is_person = is_person_number(code)
    address = values.get("project_address")
    return Party(
        name=name,
        number=masked(code) if is_person else code,
        is_person=is_person,
        representative=_text(values.get("legal_person")),
        contact=_text(values.get("contact")),
        phone=_text(values.get("contact_phone")),
        address=_text(address.get("text")) if isinstance(address, dict) else "",
    )


def is_person_number(number: str) -> bool:
    """Tell an identity number from a USCC; both have 18 places."""
    try:
        check_uscc(number)
    except IdentifierRefused:
        return len(number) == _LENGTH and number[:17].isdigit()
    return False


def masked(number: str) -> str:
    """
    Hide the birth date and serial of an identity number.

    >>> masked("370202199001010015")
    '370202********0015'
    """
    return f"{number[:6]}{'*' * 8}{number[14:]}" if is_person_number(number) else number


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
