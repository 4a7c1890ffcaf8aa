# SPDX-License-Identifier: Apache-2.0
"""What the scripts add to forms: rows, files, signatures, money, dates, drafts saved alone."""

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from huiban.kernel.form import capital_yuan, from_flat

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]


def _posted(page: Page) -> dict[str, object]:
    """Return what the form on the page would send, as the server reads it."""
    pairs = page.evaluate(
        "[...new FormData(document.querySelector('main form'))]"
        ".filter(([, value]) => typeof value === 'string')"
    )
    return from_flat([(name, value) for name, value in pairs])


def _plates(page: Page) -> list[object]:
    rows = _posted(page)["vehicles"]
    assert isinstance(rows, list)
    return [row["plate"] for row in rows]


# ── Rows ──


def test_rows_are_added_copied_and_deleted_with_names_in_order(open_page: Opener) -> None:
    page = open_page("/design/fields")

    page.locator("[data-add]").click()
    page.keyboard.type("鲁B00003")
    page.locator("[data-copy]").first.click()
    page.locator("[data-delete]").nth(2).click()

    assert _plates(page) == ["鲁B12345", "鲁B12345", "鲁B00003"]
    assert page.locator("#f-vehicles-2-plate").input_value() == "鲁B00003"


def test_a_deleted_row_comes_back_where_it_was(open_page: Opener) -> None:
    page = open_page("/design/fields")

    page.locator("[data-delete]").first.click()
    page.get_by_role("button", name="撤销").click()

    assert _plates(page) == ["鲁B12345", "鲁BD8806"]


def test_the_last_row_is_emptied_instead_of_leaving_no_row(open_page: Opener) -> None:
    page = open_page("/design/fields")

    page.locator("[data-delete]").first.click()
    page.locator("[data-delete]").first.click()

    assert _plates(page) == [""]


def test_rows_pasted_from_a_spreadsheet_fill_cells_and_make_rows(open_page: Opener) -> None:
    page = open_page("/design/fields")

    page.locator("#f-vehicles-1-plate").evaluate(
        """(cell) => {
          const data = new DataTransfer();
          data.setData('text/plain', '鲁B1\\t8\\t是\\t2027-1-1\\r\\n鲁B2\\t9.5\\t否\\t\\r\\n');
          const how = {clipboardData: data, bubbles: true, cancelable: true};
          cell.dispatchEvent(new ClipboardEvent('paste', how));
        }"""
    )

    assert _posted(page)["vehicles"][1:] == [  # type: ignore[index]
        {"plate": "鲁B1", "load": "8", "sealed": "true", "checked_on": "2027-1-1"},
        {"plate": "鲁B2", "load": "9.5", "sealed": "false", "checked_on": ""},
    ]


# ── Money and dates say what the server says ──

AMOUNTS = (
    *("0", "0.01", "0.10", "1", "10", "10.05", "100", "1000", "1001", "1010", "10000", "10001"),
    *("12600.50", "100000", "1000000", "10000000", "100000000", "100010000", "1000000001"),
    *("10000000000", "120000000000", "1000000000000", "1000100000000", "9999999999999999"),
    *("1002003004005006", "386000.5", "70000.07", "20500000000000"),
)


def test_capital_figures_are_those_of_the_server(open_page: Opener) -> None:
    page = open_page("/design/fields")

    said = page.evaluate(
        "async (all) => all.map((await import('/static/js/money.js')).capitalYuan)",
        list(AMOUNTS),
    )

    assert said == [capital_yuan(Decimal(one)) for one in AMOUNTS]


def test_what_is_no_amount_gets_no_capital_figures(open_page: Opener) -> None:
    page = open_page("/design/fields")

    page.locator("#f-contract_yuan").fill("一万")

    expect(page.locator("hb-money .echo")).to_be_hidden()


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-3-5", date(2026, 3, 5)),
        ("20260305", date(2026, 3, 5)),
        ("2026年3月5日", date(2026, 3, 5)),
        ("２０２６．３．５", date(2026, 3, 5)),
        ("2028-2-29", date(2028, 2, 29)),
        ("2026-2-29", None),
        ("明天", None),
    ],
)
def test_dates_are_read_as_the_server_reads_them(
    open_page: Opener, typed: str, day: date | None
) -> None:
    page = open_page("/design/fields")

    read = page.evaluate(
        "async (text) => (await import('/static/js/dates.js')).isoDate(text)", typed
    )

    assert read == (day.isoformat() if day else "")


def test_a_typed_date_is_said_back_with_its_weekday(open_page: Opener) -> None:
    page = open_page("/design/fields")

    page.locator("#f-starts_on").fill("20270101")

    expect(page.locator("hb-date .echo")).to_have_text("2027年1月1日星期五")


# ── Division, address, signature ──


def test_streets_follow_the_district_and_the_code_is_sent(open_page: Opener) -> None:
    page = open_page("/design/fields")

    page.get_by_label("所属街道 · 区（市）").select_option("市南区")
    page.get_by_label("所属街道 · 街道（镇）").select_option("八大峡街道")

    assert _posted(page)["district"] == "370202002"


def test_the_position_of_the_device_is_shown_and_sent(open_page: Opener) -> None:
    page = open_page(
        "/design/fields",
        geolocation={"longitude": 120.3826, "latitude": 36.0671},
        permissions=["geolocation"],
    )

    page.get_by_role("button", name="用我现在的位置").click()

    expect(page.locator("hb-place [data-state]")).to_contain_text("已取得位置")
    assert _posted(page)["site"] == {
        "text": "即墨区鳌山卫街道大任村北",
        "lon": "120.382600",
        "lat": "36.067100",
    }


def test_a_drawn_signature_is_sent_as_strokes_and_can_be_cleared(open_page: Opener) -> None:
    page = open_page("/design/fields")
    canvas = page.locator("hb-sign canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box

    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=8)
    page.mouse.up()

    signer = _posted(page)["signer"]
    assert isinstance(signer, dict)
    strokes = json.loads(signer["strokes"])
    assert len(strokes) == 1
    assert strokes[0][0] == [40, 60, 0]
    assert strokes[0][-1][:2] == [160, 120]
    page.locator("[data-clear]").click()
    assert _posted(page)["signer"] == {"strokes": "", "name": ""}


# ── Files ──


def _picture(folder: Path, name: str, size: tuple[int, int]) -> Path:
    path = folder / name
    Image.new("RGB", size, "navy").save(path)
    return path


def test_a_chosen_file_goes_up_at_once_and_its_number_goes_with_the_form(
    open_page: Opener, tmp_path: Path
) -> None:
    page = open_page("/design/fields")

    page.locator("#f-contract").set_input_files(_picture(tmp_path, "第2页.png", (1200, 900)))

    expect(page.locator(".file a", has_text="第2页.png")).to_be_visible()
    expect(page.locator(".file canvas")).to_be_visible()
    expect(page.locator(".file input[type=hidden][name=contract]").last).to_have_value(
        re.compile("^sample-")
    )
    sent = _posted(page)["contract"]
    assert isinstance(sent, list)
    assert sent[0] == "a1"
    assert sent[1].startswith("sample-")


def test_a_small_photograph_is_taken_with_a_warning(open_page: Opener, tmp_path: Path) -> None:
    page = open_page("/design/fields")

    page.locator("#f-contract").set_input_files(_picture(tmp_path, "小.png", (300, 200)))

    expect(page.locator(".file-note", has_text="300×200")).to_be_visible()


def test_a_file_the_server_refuses_says_why_and_is_not_sent(
    open_page: Opener, tmp_path: Path
) -> None:
    page = open_page("/design/fields")
    path = tmp_path / "说明.txt"
    path.write_text("不是合同", encoding="utf-8")

    page.locator("#f-contract").set_input_files(path)

    expect(page.locator(".file-bad .file-note")).to_contain_text("请换成 PDF 或图片")
    assert _posted(page)["contract"] == "a1"


class SlowUpload:
    """A page with a file on its way, which arrives or fails when told."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.posted: list[str] = []
        self.on_its_way: list[Route] = []
        page.route("**/design/file", lambda route: self.on_its_way.append(route))
        page.route("**/sent", self._receive)
        form = page.locator("main form")
        form.evaluate("(form) => { form.action = '/sent'; form.method = 'post'; }")
        with page.expect_request("**/design/file"):
            page.locator("#f-contract").set_input_files(file)

    def press(self) -> None:
        self.page.locator("main form").evaluate("(form) => form.requestSubmit()")

    def _receive(self, route: Route) -> None:
        self.posted.append(route.request.post_data or "")
        route.fulfill(body="sent", content_type="text/html")


@pytest.fixture
def slow(open_page: Opener, tmp_path: Path) -> SlowUpload:
    return SlowUpload(open_page("/design/fields"), _picture(tmp_path, "第2页.png", (1200, 900)))


def test_a_form_sent_while_a_file_goes_up_waits_for_it(slow: SlowUpload) -> None:
    slow.press()
    slow.press()
    expect(slow.page.locator("#toasts")).to_contain_text("传完自动继续")
    early = list(slow.posted)
    slow.on_its_way.pop().continue_()
    expect(slow.page.locator("body")).to_have_text("sent")

    assert early == []
    assert len(slow.posted) == 1
    assert "sample-" in slow.posted[0]


def test_removing_the_file_on_its_way_sends_the_form_that_waits(slow: SlowUpload) -> None:
    slow.press()
    slow.page.get_by_role("button", name="移除 第2页.png").click()
    expect(slow.page.locator("body")).to_have_text("sent")

    assert len(slow.posted) == 1
    assert "sample-" not in slow.posted[0]


def test_a_form_that_waits_for_a_file_stays_when_it_fails(slow: SlowUpload) -> None:
    slow.press()
    slow.on_its_way.pop().abort()

    expect(slow.page.locator("#toasts")).to_contain_text("请处理后再提交")
    expect(slow.page.locator(".file-bad .file-note")).to_contain_text("没有传上去")
    assert slow.posted == []


def test_a_removed_file_is_no_longer_sent(open_page: Opener) -> None:
    page = open_page("/design/fields")

    page.get_by_role("button", name="移除 建筑垃圾运输合同.pdf").click()

    assert "contract" not in _posted(page)


# ── Drafts ──


def test_a_draft_saves_itself_and_says_when(open_page: Opener) -> None:
    page = open_page("/design/apply")

    page.locator("#f-contract_yuan").fill("400000")

    expect(page.locator("#saved")).to_contain_text("已自动保存 10:24")


def test_without_a_network_the_draft_waits_on_the_device_and_comes_back(open_page: Opener) -> None:
    page = open_page("/design/apply")
    page.route("**/design/draft", lambda route: route.abort())

    page.locator("#f-contract_yuan").fill("400000")
    expect(page.locator("#saved")).to_contain_text("存在这台设备上")
    page.unroute("**/design/draft")
    page.reload()

    expect(page.locator("#f-contract_yuan")).to_have_value("400000")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    assert page.evaluate("localStorage.length") == 0


def test_going_on_without_a_network_keeps_the_page_and_what_is_typed(open_page: Opener) -> None:
    page = open_page("/design/apply")
    page.locator("#f-contract_yuan").fill("400000")

    page.context.set_offline(True)
    page.get_by_role("button", name="下一步：运输与处置").click()

    expect(page.locator("#saved")).to_contain_text("存在这台设备上")
    expect(page.locator("#f-contract_yuan")).to_have_value("400000")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("已自动保存")


def test_a_draft_that_is_refused_shows_the_reason(open_page: Opener) -> None:
    page = open_page("/design/apply")

    def newer(route: Route) -> None:
        body = json.dumps({"title": "冲突", "detail": "另一台设备上有更新的内容，请刷新页面"})
        route.fulfill(status=409, content_type="application/problem+json", body=body)

    page.route("**/design/draft", newer)
    page.locator("#f-contract_yuan").fill("400000")

    expect(page.locator("#saved")).to_have_text("另一台设备上有更新的内容，请刷新页面")


def test_signing_out_leaves_no_draft_on_the_device(open_page: Opener) -> None:
    page = open_page("/design/home")
    page.route("**/sign-out", lambda route: route.fulfill(status=204))

    page.evaluate(
        """() => {
          localStorage.setItem('hb-draft:/drafts/1/works', '{}');
          localStorage.setItem('other', '1');
          document.querySelector('main').insertAdjacentHTML(
            'beforeend', '<form method="post" action="/sign-out"><button id=out>x</button></form>');
        }"""
    )
    page.locator("#out").click()

    assert page.evaluate("Object.keys(localStorage)") == ["other"]
