# SPDX-License-Identifier: Apache-2.0
"""Display choices: kept in cookies, applied by the server, and a safe way back."""

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from huiban.web.preferences import Language, Mode, Preferences, Theme

SCRIPT = Path("src/huiban/web/static/js/preferences.js")


def send(**fields: str) -> HttpResponse:
    response = Client().post("/preferences", fields)
    assert isinstance(response, HttpResponse)
    return response


def test_a_choice_is_kept_and_leads_back() -> None:
    response = send(set="mode:elder", next="/design/home?q=1")

    assert response.status_code == 303
    assert response["Location"] == "/design/home?q=1"
    assert response.cookies["hb_mode"].value == "elder"
    assert "hb_theme" not in response.cookies


def test_all_choices_are_made_on_one_page() -> None:
    cookies = send(mode="standard", theme="contrast", language="en").cookies

    assert {name: one.value for name, one in cookies.items()} == {
        "hb_mode": "standard",
        "hb_theme": "contrast",
        "hb_language": "en",
    }


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "evil",
        "",
        "/\\evil.example",
    ],
)
def test_nobody_is_led_to_another_site(elsewhere: str) -> None:
    assert send(set="theme:dark", next=elsewhere)["Location"] == "/"


@pytest.mark.parametrize("asked", ["mode:huge", "theme:", "language:fr", "sessionid:x", "mode", ""])
def test_what_is_no_choice_is_not_kept(asked: str) -> None:
    assert not send(set=asked).cookies


def test_a_strange_cookie_counts_as_no_choice() -> None:
    client = Client()
    client.cookies["hb_mode"] = '"><script>'
    client.cookies["hb_theme"] = "purple"

    page = client.get("/design/home").content.decode()

    assert 'data-mode="standard"' in page
    assert 'data-theme="auto"' in page


def test_the_page_speaks_the_language_chosen() -> None:
    client = Client()
    client.cookies["hb_language"] = "en"

    page = client.get("/design/home").content.decode()

    assert '<html lang="en"' in page
    assert "My cases" in page


def test_a_visitor_with_an_english_browser_reads_english() -> None:
    page = Client().get("/design/home", headers={"accept-language": "en-US,en"}).content.decode()

    assert '<html lang="en"' in page


@pytest.mark.parametrize("theme", Theme)
def test_the_script_links_the_same_sheets_as_the_server(theme: Theme) -> None:
    source = SCRIPT.read_text(encoding="utf-8")
    constants = dict(re.findall(r'const (\w+) = "([^"]+)";', source))
    constants["`${CONTRAST} and ${DARK}`"] = f"{constants['CONTRAST']} and {constants['DARK']}"
    line = re.search(rf"^  {theme}: \{{ (.+) \}},$", source, re.MULTILINE)
    assert line

    said = dict(re.findall(r'"?([\w-]+)"?: ("all"|`[^`]+`|\w+)', line[1]))

    told = {name: constants.get(value, value.strip('"')) for name, value in said.items()}
    assert told == {one.name: one.media for one in Preferences(theme=theme).sheets}


def test_the_defaults_are_the_standard_mode_in_chinese() -> None:
    assert Preferences() == Preferences(Mode.STANDARD, Theme.AUTO, Language.CHINESE)
