# SPDX-License-Identifier: Apache-2.0
"""Residents and clerks at the portal without scripts: what the tests of its pages share."""

import re
import threading
from html import unescape
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse

from huiban.jobs.errands import registry
from huiban.jobs.worker import Surroundings, run_until_empty
from huiban.services import drafts, handle
from huiban.services.handle import Order
from huiban.store.models import Account, Draft
from tests.services import city_sample as sample
from tests.web.desk_visitor import NOW, Visitor, case_of, visitor

ITEM = "construction_waste.new"
POINTS = [{"about": "建筑垃圾运输、处置合同", "fault": "缺少双方签章页", "cure": "补传第 3 页"}]


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch, city: dict[str, Account]) -> dict[str, Account]:
    """The people of the sample city; public pages, too, are asked on that morning."""
    for page in ("home", "guide", "verify"):
        monkeypatch.setattr(f"huiban.web.portal.{page}.now", lambda: NOW)
    return city


@pytest.fixture
def clerk(town: dict[str, Account]) -> Visitor:
    return visitor(town["wangmin"])


@pytest.fixture
def draft(town: dict[str, Account]) -> str:
    """An application just begun."""
    account = town["wangmin"]
    return drafts.begin(ITEM, account.to_actor(), account, NOW).number


def act(town: dict[str, Account], who: str, number: str, name: str, **inputs: object) -> None:
    handle.act(number, Order(name, inputs=inputs), town[who].to_actor(), NOW)


def sent_back(town: dict[str, Account]) -> str:
    """A case that waits for its one correction."""
    number = case_of(town["wangmin"], "2026-11-23 09:30")
    act(town, "zhangqian", number, "request_correction", reason="合同缺页", points=POINTS)
    return number


def granted(town: dict[str, Account]) -> str:
    """A case that was granted, with its papers made."""
    number = case_of(town["wangmin"], "2026-11-23 09:30")
    for who, name in (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")):
        act(town, who, number, name)
    around = Surroundings("test", lambda: NOW, lambda: 0.5, threading.Event())
    run_until_empty(registry(), around)
    return number


def sent_in(clerk: Visitor, number: str) -> HttpResponse:
    """Send an application from its summary page, with the snapshot of what is shown there."""
    page = clerk.get(f"/drafts/{number}/summary").content.decode()
    found = re.search(r'name="snapshot" value="(\w+)"', page)
    return clerk.post(f"/drafts/{number}/summary", snapshot=found[1] if found else "")


def version(number: str) -> int:
    return Draft.objects.get(number=number).version


class _Form(HTMLParser):
    """Reads what a browser without scripts would send of the step on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.inside = False
        self.hidden = 0
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and found.get("id") == "step":
            self.inside = True
        self.hidden += tag == "template"
        name = found.get("name", "")
        if not self.inside or self.hidden:
            return
        if tag == "input" and found.get("type") not in ("file", "submit"):
            is_mark = found.get("type") in ("radio", "checkbox")
            if not is_mark or "checked" in found:
                self.add(name, found.get("value", ""))
        self.area = name if tag == "textarea" else ""
        self.select = name if tag == "select" else self.select
        if tag == "option" and "selected" in found:
            self.add(self.select, found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag == "template"
        if tag == "form":
            self.inside = False
        if tag == "textarea" and self.inside and self.area:
            self.sent.setdefault(self.area, [""])

    def handle_data(self, data: str) -> None:
        if self.area:
            self.add(self.area, data)

    def add(self, name: str, value: str) -> None:
        if name and name != "csrfmiddlewaretoken":
            self.sent.setdefault(name, []).append(value)


def send(person: Visitor, way: str, **changed: object) -> HttpResponse:
    """Send a step as it stands on its page, with some answers changed."""
    form = _Form()
    form.feed(person.read(way))
    return person.client.post(way, form.sent | changed)


def text_of(page: str) -> str:
    """Return what a page says, without its tags."""
    body = page.partition("<main")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


__all__ = [
    "ITEM", "NOW", "POINTS", "Visitor", "act", "case_of", "clerk", "draft", "granted", "sample",
    "send", "sent_back", "text_of", "town", "version", "visitor",
]  # fmt: skip
