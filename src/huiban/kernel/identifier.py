# SPDX-License-Identifier: Apache-2.0
"""Whether a number people type is what it claims to be; the public face of the identifier rooms."""

from huiban.kernel.identifier_contact import check_phone, check_plate, check_postcode
from huiban.kernel.identifier_model import (
    Checked,
    IdentifierRefused,
    mod_11_2_check,
    mod_31_check,
    normalise,
    organisation_check,
)
from huiban.kernel.identifier_number import (
    CODE_NUMBERS,
    CaseNumber,
    TaskCode,
    check_certificate_identifier,
    check_certificate_number,
    check_verification_code,
    compose_case_number,
    compose_certificate_identifier,
    compose_task_code,
    make_verification_code,
    show_verification_code,
    split_case_number,
    split_task_code,
)
from huiban.kernel.identifier_party import check_person_id, check_uscc

__all__ = [
    "CODE_NUMBERS",
    "CaseNumber",
    "Checked",
    "IdentifierRefused",
    "TaskCode",
    "check_certificate_identifier",
    "check_certificate_number",
    "check_person_id",
    "check_phone",
    "check_plate",
    "check_postcode",
    "check_uscc",
    "check_verification_code",
    "compose_case_number",
    "compose_certificate_identifier",
    "compose_task_code",
    "make_verification_code",
    "mod_11_2_check",
    "mod_31_check",
    "normalise",
    "organisation_check",
    "show_verification_code",
    "split_case_number",
    "split_task_code",
]
