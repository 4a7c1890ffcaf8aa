# SPDX-License-Identifier: Apache-2.0
"""A NUL in an address or a form is answered, not stumbled over; PostgreSQL keeps none."""

import pytest
from django.test import Client

from tests.services import city_sample
from tests.web.desk_visitor import visitor

pytestmark = pytest.mark.usefixtures("each_database")

PAGES = (
    "/cases/%00", "/cases?q=%00", "/cases?after=%00", "/drafts/%00/project", "/files/%00",
    "/files/%00/pages/1", "/documents/%00", "/certificates/%00", "/verify?code=%00", "/items/%00",
    "/search?q=%00", "/items/construction_waste.new?certificate=%00", "/desk?q=%00",
    "/desk?stage=%00&item=%00&light=%00&after=%00", "/desk/cases?q=%00&stage=%00&item=%00",
    "/desk/cases/%00", "/desk/cases/%00/act/accept", "/sign-in?next=%00",
)  # fmt: skip


def test_no_page_breaks_on_a_nul() -> None:
    people = city_sample.people()

    for who in ("wangmin", "liuyang"):
        guest = visitor(people[who])
        answers = {address: guest.get(address).status_code for address in PAGES}
        assert {address: code for address, code in answers.items() if code >= 500} == {}


@pytest.mark.parametrize("sent", [{"number": "a\0"}, {"number": "wangmin", "password": "a\0"}])
def test_signing_in_with_a_nul_is_refused(sent: dict[str, str]) -> None:
    city_sample.people()

    answer = Client().post("/sign-in", {"password": "x", **sent})

    assert answer.status_code in (404, 422)
