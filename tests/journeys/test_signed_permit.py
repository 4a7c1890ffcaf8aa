# SPDX-License-Identifier: Apache-2.0
"""A permit from application to certificate, signed and sealed; other people's tools judge it."""

import random
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pyhanko.pdf_utils.reader import PdfFileReader

from huiban.kernel.credential import Profile
from huiban.kernel.seal import HolderKind
from huiban.services import evidence, seals, seals_grant
from huiban.services.seals import Proposal
from huiban.services.seals_grant import NewGrant
from tests.journeys.conftest import Opened
from tests.journeys.filling import FILLED, archived, fill_step, hand_in, next_step
from tests.journeys.looking import Look
from tests.journeys.test_permit import act
from tests.journeys.test_signing_request import draw_name, read_all
from tests.services import city_sample as sample
from tests.services.signing_sample import officer
from tests.services.trusted import Trusted, trusted

pytestmark = pytest.mark.browser
HOME = "approval_service"
WIDTHS = [1280, 390]


@pytest.fixture
def house(town: str, tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path) as found:
        _make_seal(datetime.now(tz=UTC))
        yield found


def _make_seal(now: datetime) -> None:
    """Three people give the approval service its seal; two posts may use it."""
    keeper = officer("keeper", "钱保管", HOME, "seal_keeper").to_actor()
    head = officer("head", "冯负责", HOME, "leader").to_actor()
    guard = officer("guard", "陈安全", "", "admin_security").to_actor()
    today = now.astimezone(sample.SHANGHAI).date()
    proposal = Proposal(
        department=HOME, kind="authority", valid_from=today,
        valid_until=today + timedelta(days=700), profile=Profile.SM2,
    )  # fmt: skip
    number = seals.propose(proposal, keeper, now).number
    seals.approve(number, head, now)
    seals.approve(number, guard, now)
    for role in ("window", "leader"):
        new = NewGrant(
            holder_kind=HolderKind.ROLE, holder=role, documents=("construction_waste.*",),
            valid_from=now, valid_until=now + timedelta(days=90),
        )  # fmt: skip
        seals_grant.give(number, new, keeper, now)


def signed_and_sent(page: Page, pdf: Path, look: Look) -> str:
    """Apply as a clerk does, sign by finger, and return the number of the case."""
    page.goto("/items/construction_waste.new")
    page.get_by_role("button", name="开始办理").click()
    for section in FILLED:
        fill_step(page, section)
        next_step(page)
    hand_in(page, pdf)
    page.get_by_role("button", name="下一步：核对并提交").click()
    page.get_by_role("button", name="下一步：签署并提交").click()
    look(page, "to-sign")
    page.locator("#agree").check()
    read_all(page)
    draw_name(page)
    page.locator("#password").fill(sample.PASSWORD)
    page.get_by_role("button", name="签名并提交").click()
    expect(page.get_by_text("已经提交，我们收到了")).to_be_visible()
    return page.url.rpartition("/")[2].partition("?")[0]


def downloaded(page: Page, label: str, path: Path) -> Path:
    way = page.get_by_role("link", name=label).first.get_attribute("href")
    assert way is not None
    answer = page.request.get(way)
    assert answer.ok
    path.write_bytes(answer.body())
    return path


def pdfsig(path: Path) -> str:
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False)
    return told.stdout.decode()


def openssl_says(path: Path, roots: Path, folder: Path) -> bool:
    """Have openssl check the time stamp of the seal; the token is taken out of the PDF."""
    with path.open("rb") as file:
        seal = PdfFileReader(file).embedded_regular_signatures[-1]
        info = seal.signed_data["signer_infos"][0]
        token = info["unsigned_attrs"][0]["values"][0].dump()
        (folder / "stamped").write_bytes(info["signature"].native)
    (folder / "token.der").write_bytes(token)
    told = subprocess.run(
        ["openssl", "ts", "-verify", "-data", folder / "stamped", "-in", folder / "token.der",
         "-token_in", "-CAfile", roots],
        capture_output=True, check=False,
    )  # fmt: skip
    return b"Verification: OK" in told.stdout + told.stderr


def verdict(page: Page, path: Path) -> str:
    """Upload a file to the public page and read the big words."""
    page.goto("/verify")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name=re.compile("核验文件|上传|核验")).last.click()
    page.wait_for_load_state()
    return page.locator("main h1").first.inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_permit_ends_in_a_sealed_certificate_that_everybody_can_check(
    enter: Opened, house: Trusted, pdf: Path, tmp_path: Path, shots: Path | None, width: int
) -> None:
    look = Look(shots, f"sealed-{width}")
    clerk = enter("wangmin", width=width)
    number = signed_and_sent(clerk, pdf, look)
    act(enter("zhangqian", width=width), number, "受理")
    act(enter("liuyang", width=width), number, "审查通过", "材料齐全，符合核准条件。")
    act(enter("zhaojianguo", width=width), number, "准予许可", "同意。")
    archived(number)

    clerk.goto(f"/cases/{number}")
    expect(clerk.get_by_text("青岛市行政审批服务局公章").first).to_be_visible()
    look(clerk, "papers")
    clerk.goto("/certificates")
    clerk.locator(".certificate a").first.click()
    look(clerk, "certificate")
    permit = downloaded(clerk, "下载证照（PDF）", tmp_path / "permit.pdf")
    layout = downloaded(clerk, "下载证照（OFD）", tmp_path / "permit.ofd")

    assert pdfsig(permit).count("Signature is Valid") == 2
    roots = house.folder / "trust" / "test" / "roots.pem"
    assert openssl_says(permit, roots, tmp_path)
    anybody = enter("lihua", width=width)
    assert "真实" in verdict(anybody, permit) or "尚未生效" in verdict(anybody, permit)
    look(anybody, "verdict")
    assert "真实" in verdict(anybody, layout) or "尚未生效" in verdict(anybody, layout)

    damaged = flipped(permit, tmp_path / "damaged.pdf", seed=width)
    assert pdfsig(damaged).count("Signature is Valid") < 2
    assert "真实" not in verdict(anybody, damaged)
    look(anybody, "damaged")
    assert evidence.verify_case(number).is_sound


def flipped(path: Path, target: Path, seed: int) -> Path:
    """Change one bit of the page's own content, which both signatures cover."""
    content = bytearray(path.read_bytes())
    place = random.Random(seed).randrange(2_000, 30_000)
    content[place] ^= 1
    target.write_bytes(content)
    return target
