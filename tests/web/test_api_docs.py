# SPDX-License-Identifier: Apache-2.0
"""The API's reference page names what is served: every address and no other."""

import re
from pathlib import Path

from huiban.web.api.routes import ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "api.md"


def test_every_address_is_in_the_reference_and_no_other() -> None:
    rows = re.findall(r"^\| (`(?:GET|POST|PUT|DELETE) /.*?) \|", PAGE.read_text(), re.MULTILINE)
    named = {path for row in rows for path in re.findall(r" (/[\w./{}-]+)", row)}

    assert named == {route.path for route in ROUTES}
