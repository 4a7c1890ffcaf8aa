# SPDX-License-Identifier: Apache-2.0
"""Write every page that is made from the source (`make docs`)."""

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

PAGES = (
    "tools.rooms",
    "tools.glossary",
    "tools.pack_reference",
    "tools.cli_reference",
    "tools.settings_reference",
    "tools.contents",
)


def main() -> None:
    for name in PAGES:
        importlib.import_module(name).write()


if __name__ == "__main__":
    main()
