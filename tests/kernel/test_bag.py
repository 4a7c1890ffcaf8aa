# SPDX-License-Identifier: Apache-2.0
"""Bags as text: manifests, tag files and names that any reader of RFC 8493 takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel import bag
from huiban.kernel.bag import BagRefused, Difference, Differs

SHA = "a" * 64


def test_a_manifest_is_written_as_sha256sum_writes_it() -> None:
    text = bag.manifest({"data/乙.pdf": "b" * 64, "data/甲.pdf": SHA})

    assert text == f"{'b' * 64}  data/乙.pdf\n{SHA}  data/甲.pdf\n"


@given(st.dictionaries(st.text().map(bag.clean_name), st.just(SHA), max_size=5))
def test_a_manifest_of_clean_names_comes_back_as_it_was(digests: dict[str, str]) -> None:
    assert bag.read_manifest("manifest-sha256.txt", bag.manifest(digests)) == digests


@given(st.text())
def test_a_clean_name_is_one_part_of_a_path_and_stays_clean(name: str) -> None:
    clean = bag.clean_name(name)

    assert bag.is_inside(clean)
    assert "/" not in clean
    assert not set(clean) & set('<>:"|?*\\%\r\n')
    assert len(clean.encode()) <= 180
    assert bag.clean_name(clean) == clean


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("..", "未命名"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("合同\u202efdp.exe", "合同fdp.exe"),
        ("扫描件 (2).PDF", "扫描件 (2).PDF"),
        ("100%.pdf", "100_.pdf"),
        ("a\nb.txt", "ab.txt"),
        ("长" * 200 + ".pdf", "长" * 53 + ".pdf"),
    ],
)
def test_names_keep_what_can_be_kept(name: str, clean: str) -> None:
    assert bag.clean_name(name) == clean


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense\n", "manifest-sha256.txt:1: not a digest"),
        (f"{'a' * 40}  data/x\n", "manifest-sha256.txt:1: not a digest"),
        (f"{SHA}  data/x\n{SHA}  data/x\n", "manifest-sha256.txt:2: 'data/x' is listed twice"),
        (f"{SHA}  ../x\n", "leads out of the bag"),
        (f"{SHA}  /etc/passwd\n", "leads out of the bag"),
        (f"{SHA}  data//x\n", "leads out of the bag"),
    ],
)
def test_a_manifest_that_cannot_be_trusted_names_its_line(text: str, why: str) -> None:
    with pytest.raises(BagRefused, match=why):
        bag.read_manifest("manifest-sha256.txt", text)


def test_other_peoples_manifests_are_read() -> None:
    text = f"{SHA.upper()} *data/a b.pdf\r\n"

    assert bag.read_manifest("manifest-sha256.txt", text) == {"data/a b.pdf": SHA}


def test_tags_come_back_and_long_values_are_joined() -> None:
    text = bag.tags([("Source-Organization", "青岛市\n行政审批服务局"), ("Payload-Oxum", "10.2")])

    assert bag.read_tags("bag-info.txt", text) == {
        "Source-Organization": "青岛市 行政审批服务局", "Payload-Oxum": "10.2",
    }  # fmt: skip
    assert bag.read_tags("x", "Note: one\n  two\n") == {"Note": "one two"}
    with pytest.raises(BagRefused, match="x:1: not a label"):
        bag.read_tags("x", "no colon")


def test_what_differs_is_told_by_kind() -> None:
    found = list(bag.differences({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "d": "4"}))

    assert found == [
        Differs("b", Difference.CHANGED),
        Differs("c", Difference.MISSING),
        Differs("d", Difference.EXTRA),
    ]
