# SPDX-License-Identifier: Apache-2.0
"""How far a scenario pack is (质量等级), and what each level asks for."""

from collections.abc import Mapping
from enum import StrEnum


class Level(StrEnum):
    """Later levels include the earlier ones."""

    DRAFT = "draft"
    TRIAL = "trial"
    LIVE = "live"


POINTS: Mapping[Level, tuple[str, ...]] = {
    Level.DRAFT: ("loads",),
    Level.TRIAL: (
        "examples_both_ways",
        "notices",
        "clocks",
        "statistics",
        "seed",
        "readme",
        "english",
    ),
    Level.LIVE: (
        "accessibility",
        "load_figures",
        "retention",
        "permissions",
        "owner_sign_off",
    ),
}
"""The checklist of quality.yaml by the level that needs it."""


def points_up_to(level: Level) -> tuple[str, ...]:
    """Return what must be done or exempt to claim a level."""
    order = list(Level)
    return tuple(p for one in order[: order.index(level) + 1] for p in POINTS[one])
