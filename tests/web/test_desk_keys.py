# SPDX-License-Identifier: Apache-2.0
"""The page of the running house says whether it signs, with what, and what is wrong with that."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huiban.kernel.actor import SYSTEM
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.services import credentials
from huiban.store.models import Account
from tests.services.trusted import Trusted, trusted
from tests.web.desk_visitor import visitor

pytestmark = pytest.mark.django_db
NOW = datetime.now(tz=UTC)
LOG = Owner(OwnerKind.OFFICE, "log", "慧办存证处")
WANG = Owner(OwnerKind.PERSON, "wangfang", "王芳")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        yield found


def test_without_an_authority_the_page_says_that_documents_are_unsigned(
    city: dict[str, Account],
) -> None:
    page = visitor(city["sysadmin"]).read("/desk/system")

    assert "没有接入证书机构（HUIBAN_CA_URL）" in page
    assert "不加电子签名和电子印章" in page


def test_certificates_in_force_and_a_revocation_nobody_was_told_of_are_counted(
    city: dict[str, Account], house: Trusted
) -> None:
    credentials.of(LOG, Profile.P256, NOW)
    lost = credentials.of(WANG, Profile.P256, NOW)
    house.order("revoke", dead=True)
    credentials.revoke(lost.number, "遗失", SYSTEM, NOW)

    found = credentials.standing(NOW)
    page = visitor(city["sysadmin"]).read("/desk/system")

    assert (found.active, found.ending, found.untold) == (1, 0, 1)
    assert credentials.standing(NOW + timedelta(days=1080)).ending == 1
    assert "没有法律效力" in page
    assert "吊销还没有告知证书机构" in page


def test_a_root_that_cannot_be_read_is_named_on_the_page(
    city: dict[str, Account], house: Trusted
) -> None:
    (house.folder / "trust" / "odd.pem").write_text("nothing")

    page = visitor(city["sysadmin"]).read("/desk/system")

    assert "现在不能签署" in page
    assert "odd.pem" in page
