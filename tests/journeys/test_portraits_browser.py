# SPDX-License-Identifier: Apache-2.0
"""Photographs on file in a real browser: put at the window, every look of the page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import watch
from tests.faces.cases import PORTRAIT
from tests.journeys.looking import LANGUAGES, Look
from tests.services.face_sample import CARD

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("town")]

Entered = Callable[..., Page]


def test_a_clerk_puts_a_photograph_on_file(
    enter: Entered, shots: Path | None, tmp_path: Path
) -> None:
    page, look = enter("zhangqian", "/desk/portraits"), Look(shots, "portraits")
    heard = watch(page)
    photograph = tmp_path / "photograph.jpg"
    photograph.write_bytes(PORTRAIT)
    form = page.get_by_role("main")

    form.get_by_label("登录账号").first.fill("wangmin")
    form.get_by_role("button", name="留存").click()
    expect(page.get_by_role("link", name="请先向本人说明")).to_be_visible()
    look.in_every_look(page, "fault")
    form.get_by_label("身份证上的姓名").fill("王敏")
    form.get_by_label("身份证号码").fill(CARD)
    form.get_by_label("照片", exact=True).set_input_files(photograph)
    form.get_by_label("我看过身份证原件和本人").check()
    form.get_by_role("button", name="留存").click()

    expect(page.get_by_text("已留存 王敏 的证件照片")).to_be_visible()
    look.in_every_look(page, "put")
    assert [one for one in heard if "422" not in one] == []


def test_the_page_is_accessible_in_english(enter: Entered, shots: Path | None) -> None:
    page = enter("zhangqian", "/desk/portraits", language="en")

    Look(shots, "portraits", "en", only=LANGUAGES["en"]).in_every_look(page, "empty")

    expect(page.get_by_role("heading", name="Photographs on file")).to_be_visible()
