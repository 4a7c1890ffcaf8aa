# SPDX-License-Identifier: Apache-2.0
"""Heads that somebody saved (留存的检查点) against the log: one set back or rewritten shows."""

import json
from collections.abc import Iterator

from huiban.kernel.proof_check import head_of
from huiban.kernel.proof_read import read_signed_head
from huiban.kernel.verification import Check
from huiban.store import checkpoints as store


def compare(content: bytes) -> tuple[list[str], int]:
    """
    Return which saved heads the log does not hold any more, and how many there were.

    :raises ValueError: if the content is not what `/evidence/heads.json` gives.
    """
    value = json.loads(content)
    heads = value.get("heads") if isinstance(value, dict) else None
    if not isinstance(heads, list):
        raise ValueError("not a list of heads as /evidence/heads.json gives it")
    return list(_faults(heads)), len(heads)


def _faults(heads: list[object]) -> Iterator[str]:
    for one in heads:
        text = read_signed_head(one).text
        head = head_of(text)
        if isinstance(head, Check):
            yield f"a saved head cannot be read: {head.detail.en}"
            continue
        row = store.load(head.number)
        if row is None:
            yield f"checkpoint {head.number} was saved and is not in the log any more"
        elif row.head != text:
            yield f"checkpoint {head.number} is another now than the one saved"
