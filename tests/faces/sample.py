# SPDX-License-Identifier: Apache-2.0
"""The portraits of the sample city as they were drawn; run it to draw them anew."""

from pathlib import Path

from huiban.services.identity_sample import FOLDER
from tests.faces.draw import CHEN, WU, Person, Pose, jpeg, picture

SHOWN: dict[str, Person] = {"wangmin": CHEN, "chenjing": WU}
_POSE = Pose(size=1.1, noise=1.0)


def portrait(name: str) -> bytes:
    """Draw one portrait, upright like those on cards."""
    drawn = picture(SHOWN[name], _POSE, 20_261_123)
    return jpeg(drawn[:, 90:390], 88)


def draw_all(folder: Path = FOLDER) -> None:
    for name in SHOWN:
        (folder / f"{name}.jpg").write_bytes(portrait(name))


if __name__ == "__main__":
    draw_all()
