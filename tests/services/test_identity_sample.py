# SPDX-License-Identifier: Apache-2.0
"""The sample city has portraits of nobody on file, so that the face way can be shown."""

import io

import numpy as np
import pytest
from PIL import Image

from huiban.services import accounts, identity_portraits, identity_sample, sample
from tests.faces.sample import SHOWN, portrait
from tests.services.city_sample import at

NOW = at("2026-11-23 10:30")


@pytest.mark.django_db
def test_a_clerk_and_a_resident_have_portraits_on_file() -> None:
    people = {
        one.number: accounts.make(one.person, sample.PASSWORD)
        for one in sample.demo_people()
        if one.number in SHOWN
    }

    rows = identity_sample.put(people, NOW)

    assert sorted(one.account for one in rows) == sorted(SHOWN)
    assert all(identity_portraits.has(one.account) for one in rows)
    assert {one.source for one in rows} == {"sample"}


@pytest.mark.parametrize("name", SHOWN)
def test_they_are_the_drawn_faces_and_nobodys(name: str) -> None:
    kept = (identity_sample.FOLDER / f"{name}.jpg").read_bytes()

    here, drawn = (
        np.asarray(Image.open(io.BytesIO(one)), np.float64) for one in (kept, portrait(name))
    )

    assert np.abs(here - drawn).mean() < 1
