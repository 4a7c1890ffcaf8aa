# SPDX-License-Identifier: Apache-2.0
"""A process for the crash test: it opens and changes cases and says which are acknowledged."""

import sys
from dataclasses import replace

import django


def main(first: str) -> None:
    django.setup()
    from huiban.store import cases
    from tests.store.samples import a_change, a_new_case

    for serial in range(int(first), 1_000_000):
        made = a_new_case()
        new = replace(made, id=serial, number=f"QD-{serial}", submission_key=f"k{serial}", jobs=())
        cases.open_case(new)
        sys.stdout.write(f"opened {new.number}\n")
        sys.stdout.flush()
        cases.record(a_change(new))
        sys.stdout.write(f"changed {new.number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
