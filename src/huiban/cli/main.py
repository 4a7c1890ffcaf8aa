# SPDX-License-Identifier: Apache-2.0
"""The huiban command: which errands there are, and how each is called."""

import argparse
import os
import sys
from collections.abc import Sequence

from huiban.cli import (
    archive,
    check,
    demo,
    keys,
    neighbours,
    new_pack,
    people,
    points,
    portraits,
    rates,
    resource,
    serve,
    upkeep,
    verify,
)


def parser() -> argparse.ArgumentParser:
    """Return the command line with every errand."""
    found = argparse.ArgumentParser(
        prog="huiban", description="慧办: open software for a city's digital services."
    )
    sub = found.add_subparsers(dest="errand", required=True, metavar="errand")
    for room in (
        demo, serve, neighbours, check, resource, new_pack, people, keys, rates, points, portraits,
        archive, upkeep, verify,
    ):  # fmt: skip
        room.add_parser(sub)
    return found


def main(words: Sequence[str] | None = None) -> int:
    """
    Run one errand.

    :returns: 0 when it is done, 1 when it found something wrong, 2 when it was called wrongly.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiban.settings")
    said = parser().parse_args(words)
    try:
        result = said.run(said)
    except BrokenPipeError:  # whoever read the list has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return int(result)


if __name__ == "__main__":
    sys.exit(main())
