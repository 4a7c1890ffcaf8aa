# SPDX-License-Identifier: Apache-2.0
"""huiban rates: counts again how applications were filled in, or checks what was counted."""

import argparse
import sys
from typing import Any

from huiban.cli.django_ready import ready

_SHOWN = 50


def add_parser(sub: Any) -> None:
    found = sub.add_parser("rates", help="check or rebuild how applications were filled in")
    what = found.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--check", action="store_true", help="replay the journal and tell every difference"
    )
    what.add_argument(
        "--rebuild", action="store_true", help="count every case again from its journal"
    )
    found.set_defaults(run=rates)


def rates(said: argparse.Namespace) -> int:
    """Rebuild the counts, or compare them; the exit code is 1 if any is not as the journal says."""
    ready()
    from huiban.services import fill_counting

    if said.rebuild:
        print(f"{fill_counting.rebuild()} cases counted again")
    found = fill_counting.compare()
    for one in found.differences[:_SHOWN]:
        print(
            f"{one.number}: {one.column} is {one.kept}, the journal says {one.replayed}",
            file=sys.stderr,
        )
    print(
        f"{found.cases} cases, {found.not_recorded} from before fill records, "
        f"{found.waiting} not counted yet, {len(found.differences)} differences"
    )
    if found.differences:
        print("count them again with: huiban rates --rebuild", file=sys.stderr)
    return 1 if found.differences else 0
