# SPDX-License-Identifier: Apache-2.0
"""The few SVG shapes that process drawings are made of; classes carry the look, never styles."""

from collections.abc import Sequence
from html import escape

from huiban.kernel.process_layout import text_em

LABEL, SMALL = 15.0, 12.5
_FONT = "system-ui, 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


class Canvas:
    """
    Collects SVG elements; the presentation attributes are what a page without a sheet shows.

    A style sheet overrides them by class, so the drawing follows dark and contrast modes.
    """

    def __init__(self) -> None:
        self.parts: list[str] = []

    def open_group(self, classes: str, title: str = "") -> None:
        self.parts.append(f'<g class="{classes}">')
        if title:
            self.parts.append(f"<title>{escape(title)}</title>")

    def close_group(self) -> None:
        self.parts.append("</g>")

    def box(  # noqa: PLR0913 - a rectangle has four sides, a corner and a class
        self, x: float, y: float, width: float, height: float, radius: float, classes: str
    ) -> None:
        is_joint = "joint" in classes
        more = ' stroke-width="3"' if "current" in classes and not is_joint else ""
        more += ' stroke-dasharray="4 4"' if is_joint else ""
        self.parts.append(
            f'<rect class="{classes}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" '
            f'height="{_n(height)}" rx="{_n(radius)}" fill="none" stroke="currentColor"{more}/>'
        )

    def line(self, path: str, classes: str) -> None:
        self.parts.append(
            f'<path class="{classes}" d="{path}" fill="none" stroke="currentColor" '
            'stroke-width="1.5"/>'
        )

    def solid(self, path: str, classes: str) -> None:
        self.parts.append(f'<path class="{classes}" d="{path}" fill="currentColor"/>')

    def text(
        self, x: float, y: float, lines: Sequence[str], classes: str, *, anchor: str = "middle"
    ) -> None:
        """Write lines downward, the first with its baseline at `y`."""
        size = LABEL if "label" in classes.split("hb-")[-1] and "arc" not in classes else SMALL
        weight = ' font-weight="600"' if classes.endswith("state-label") else ""
        for place, line in enumerate(lines):
            self.parts.append(
                f'<text class="{classes}" x="{_n(x)}" y="{_n(y + place * size * 1.35)}" '
                f'font-size="{_n(size)}" text-anchor="{anchor}"{weight} fill="currentColor">'
                f"{escape(line)}</text>"
            )

    def tick(self, x: float, y: float) -> None:
        """The mark of what is done: a tick in a circle."""
        self.parts.append(
            f'<circle class="hb-mark hb-mark-done" cx="{_n(x)}" cy="{_n(y)}" r="9" '
            'fill="currentColor"/>'
            f'<path class="hb-mark-sign" d="M{_n(x - 4)} {_n(y)}l3 3.5 5.5-6.5" fill="none" '
            'stroke="#fff" stroke-width="2"/>'
        )

    def flag(self, x: float, y: float, word: str) -> None:
        """The mark of where the case is: a pointing flag that says so in words."""
        width = text_em(word) * SMALL + 26
        right = x + width
        self.solid(
            f"M{_n(x)} {_n(y - 10)}H{_n(right - 9)}L{_n(right)} {_n(y)}L{_n(right - 9)} "
            f"{_n(y + 10)}H{_n(x)}Z",
            "hb-mark hb-mark-current",
        )
        self.parts.append(
            f'<text class="hb-mark-word" x="{_n(x + 8)}" y="{_n(y + 4.5)}" '
            f'font-size="{_n(SMALL)}" fill="#fff">{escape(word)}</text>'
        )

    def arrow(self, x: float, y: float, *, to_left: bool = False) -> None:
        back = 8 if to_left else -8
        self.solid(f"M{_n(x)} {_n(y)}l{back} -4.5v9Z", "hb-arrow")

    def document(self, size: tuple[float, float], title: str, description: str, name: str) -> str:
        """Write the whole drawing, which scales to the room it is given."""
        width, height = (_n(side) for side in size)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="hb-process {name}" role="img" '
            f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'font-family="{escape(_FONT)}" aria-label="{escape(title)}">'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
            + "".join(self.parts)
            + "</svg>"
        )


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Join points by curves that leave and arrive level."""
    (x, y), *rest = points
    path = f"M{_n(x)} {_n(y)}"
    for to_x, to_y in rest:
        if abs(to_y - y) < 0.5:
            path += f"L{_n(to_x)} {_n(to_y)}"
        else:
            bend = (to_x - x) / 2
            path += f"C{_n(x + bend)} {_n(y)} {_n(to_x - bend)} {_n(to_y)} {_n(to_x)} {_n(to_y)}"
        x, y = to_x, to_y
    return path


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
