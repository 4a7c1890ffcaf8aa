# SPDX-License-Identifier: Apache-2.0
"""The documentation is true of the project: links, commands, settings, accounts, dependencies."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from huiban.packloader.checkers import CHECKERS
from huiban.services import sample
from tests.docs import scratch
from tools import cli_reference, contents, settings_reference

ROOT = scratch.ROOT
PAGES = scratch.pages()
READMES = ("README.md", "README.zh-CN.md")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_DEPENDENCY = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)
DEPENDENCIES = ROOT / "docs" / "decisions" / "0012-dependencies.md"


def prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """The places of a page that links may name, spelled as code hosts spell them."""
    return {
        re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
        for title in _HEADING.findall(prose(page))
    }


def named(page: Path, pattern: str) -> set[str]:
    """What a pattern finds in the commands of a page, in blocks and in the running text."""
    texts = [block.text for block in scratch.blocks(page) if block.language == "console"]
    texts += re.findall(r"`([^`\n]+)`", prose(page))
    return {name for text in texts for name in re.findall(pattern, text, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, place = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link} leads nowhere"
        assert not place or place in anchors(target), f"{link}: no such heading"


def test_every_page_can_be_reached_from_a_readme() -> None:
    reached = {ROOT / name for name in READMES}
    waiting = list(reached)
    while waiting:
        page = waiting.pop()
        for link in _LINK.findall(prose(page)):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in reached:
                reached.add(target)
                waiting.append(target)

    told_elsewhere = {ROOT / "CHANGELOG.md"}
    assert set(PAGES) - reached - told_elsewhere == set()


def test_generated_pages_are_current() -> None:
    for made in (cli_reference, settings_reference, contents):
        assert made.PAGE.read_text("utf-8") == made.page(), "run `make docs`"
    assert contents.DECISIONS.read_text("utf-8") == contents.decisions(), "run `make docs`"


def test_every_errand_says_what_each_of_its_arguments_means() -> None:
    for name, (told, errand) in cli_reference.errands().items():
        assert told, name
        for one in cli_reference.arguments(errand):
            assert one.help, f"huiban {name} {cli_reference.spelled(one)}"


def test_commands_that_pages_name_exist() -> None:
    known = {"huiban", *cli_reference.errands()}
    for page in PAGES:
        assert named(page, r"(?:^|\| )huiban ([a-z-]+)") <= known, page.name


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        assert named(page, r"^make ([a-z-]+)") <= targets, page.name


def test_every_setting_is_told_and_no_other() -> None:
    read = {
        name
        for module in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"HUIBAN_[A-Z0-9_]+", module.read_text("utf-8"))
    }
    told = {one.name for one in settings_reference.SETTINGS}

    assert told == read
    for page in PAGES:
        assert set(re.findall(r"HUIBAN_[A-Z0-9_]*[A-Z]", page.read_text("utf-8"))) <= told, (
            page.name
        )


def test_the_defaults_told_are_the_defaults_in_force(tmp_path: Path) -> None:
    asked = (
        "from huiban import settings as s; import json; print(json.dumps({"
        "'HUIBAN_MAX_FILE_MB': str(s.MAX_FILE_BYTES // 1024**2),"
        "'HUIBAN_API_PER_SECOND': f'{s.API_PER_SECOND:g}',"
        "'HUIBAN_LOG_LEVEL': f\"`{s.LOGGING['root']['level']}`\","
        "'HUIBAN_PUBLIC_URL': f'`{s.PUBLIC_URL}`'}))"
    )
    kept = {name: text for name, text in os.environ.items() if not name.startswith("HUIBAN_")}
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env=kept | {"HUIBAN_DATA_DIR": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    told = {one.name: one.otherwise for one in settings_reference.SETTINGS}
    for name, value in json.loads(done.stdout).items():
        assert told[name] == value


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_every_account_of_the_demonstration(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")

    assert f"`{sample.PASSWORD}`" in text
    for person in sample.demo_people():
        assert f"`{person.number}`" in text


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_checker_of_packs_is_described(checker: str) -> None:
    page = (ROOT / "docs" / "reference" / "pack.md").read_text("utf-8")

    assert f"| {checker} |" in page


def test_decisions_are_numbered_as_their_files() -> None:
    for record in (ROOT / "docs" / "decisions").glob("[0-9]*.md"):
        assert contents.title(record).startswith(f"{int(record.name[:4])}. "), record.name


def direct_dependencies() -> list[str]:
    lines = [
        line
        for file in sorted((ROOT / "requirements").glob("*.in"))
        for line in file.read_text("utf-8").splitlines()
    ]
    python = [
        found[0] for line in lines if (found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line))
    ]
    package = json.loads((ROOT / "frontend" / "package.json").read_text("utf-8"))
    return [*python, *package["dependencies"], *package["devDependencies"]]


def test_every_direct_dependency_has_its_reason_and_licence() -> None:
    rows = _DEPENDENCY.findall(DEPENDENCIES.read_text("utf-8"))

    assert sorted(name for name, *_ in rows) == sorted(direct_dependencies())
    for name, purpose, _, licence in rows:
        assert purpose.strip(), name
        assert re.match(r"(0?BSD|BSL|CC0|MIT|Apache|LGPL|MPL)", licence), name


def test_licences_told_are_those_the_browser_libraries_state() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))
    told = {name: licence for name, _, _, licence in _DEPENDENCY.findall(DEPENDENCIES.read_text())}
    spelled = {"BSD-0-Clause": "0BSD", "MIT AND OFL-1.1": "MIT and OFL-1.1"}

    for place, package in lock["packages"].items():
        name = place.removeprefix("node_modules/")
        if name in told:
            assert told[name] == spelled.get(package["license"], package["license"])


def test_fragments_say_who_notices() -> None:
    found = [path for path in (ROOT / "changelog.d").glob("*.md") if path.name != "README.md"]

    readers = {path.name.split(".")[-2] for path in found}
    assert readers == {"applicant", "department", "operator", "developer"}
    for path in found:
        assert path.read_text("utf-8").strip(), path.name


def test_guides_speak_chinese() -> None:
    for page in (ROOT / "docs" / "guides").glob("*.md"):
        text = prose(page)
        assert len(re.findall(r"[一-鿿]", text)) > len(re.findall(r"[a-z]", text)), page.name
