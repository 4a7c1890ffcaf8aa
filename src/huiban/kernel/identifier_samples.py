# SPDX-License-Identifier: Apache-2.0
"""Identifiers for samples and tests: they pass every check, and nobody bears them."""

from datetime import date

from huiban.kernel.identifier_model import (
    mod_11_2_check,
    mod_31_check,
    organisation_check,
)

# Organisation codes 0000xxxx were given to bodies of the central government alone, under region
# 100000: together with any other region they name nobody.
_UNUSED_BODY = "0000"
_CENTRAL = "100000"
# GB 11643-1989 kept sequences 996-999 for people over a hundred; nobody born since has one.
_UNUSED_SEQUENCES = ("996", "997", "998", "999")
_FIRST_BIRTH = date(1930, 1, 1)


def make_uscc(region: str, n: int, authority: str = "91") -> str:
    """
    Return the n-th sample USCC (统一社会信用代码) of a region, n from 0 to 9999.

    `authority` is the first two characters: "91" an enterprise, "11" an authority, "52" a private
    non-enterprise unit.

    >>> make_uscc("370200", 1, "11")
    '113702000000000194'

    :raises ValueError: if n is out of range or the region is the central one.
    """
    if not 0 <= n <= 9999 or region == _CENTRAL:
        raise ValueError(
            f"no sample USCC {n} of region {region}: take n from 0 to 9999, a real city"
        )
    body = f"{_UNUSED_BODY}{n:04d}"
    first = f"{authority}{region}{body}{organisation_check(body)}"
    return first + mod_31_check(first)


def is_sample_uscc(uscc: str) -> bool:
    return uscc[8:12] == _UNUSED_BODY and uscc[2:8] != _CENTRAL


def make_person_id(region: str, birth: date, n: int) -> str:
    """
    Return the n-th sample person number (公民身份号码), n from 0 to 3; odd n are men.

    Vary the birth date for more.

    >>> make_person_id("370202", date(1980, 5, 17), 1)
    '370202198005179972'

    :raises ValueError: if n is out of range or the birth is before 1930.
    """
    if not 0 <= n < len(_UNUSED_SEQUENCES) or birth < _FIRST_BIRTH:
        raise ValueError(
            f"no sample person number {n} for a birth on {birth}: take n from 0 to 3 and a birth "
            f"from {_FIRST_BIRTH} on; vary the birth date for more"
        )
    first = f"{region}{birth:%Y%m%d}{_UNUSED_SEQUENCES[n]}"
    return first + mod_11_2_check(first)


def is_sample_person_id(number: str) -> bool:
    return number[14:17] in _UNUSED_SEQUENCES
