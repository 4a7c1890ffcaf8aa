# SPDX-License-Identifier: Apache-2.0
"""Draws an OFD page by another program than made it: its paths as SVG, set by typst."""

import io
import re

import pypdfium2
import typst
from PIL import Image, ImageChops, ImageStat

from huiban.connectors.ofd import Ofd

_PAPER = b'#set page(width: auto, height: auto, margin: 0pt)\n#image("page.svg")'
_SMALL = 12  # compared this much smaller: two programs smooth edges differently


def drawn(ofd: Ofd, page: int) -> Image.Image:
    """Draw what is seen of a page, one pixel a point."""
    root = ofd.xml(ofd.pages()[page][1])
    wide, high = (root.findtext("Area/PhysicalBox") or "").split()[2:]
    paths = "".join(_path(one) for one in root.iter("PathObject"))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        f'width="{wide}mm" height="{high}mm"><rect width="100%" height="100%" fill="#fff"/>'
        f"{paths}</svg>"
    )
    files = {"main.typ": _PAPER, "page.svg": svg.encode()}
    return Image.open(io.BytesIO(typst.compile(files, format="png", ppi=72))).convert("RGB")


def pdf_drawn(pdf: bytes, page: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    picture = document[page].render(scale=1).to_pil().convert("RGB")
    document.close()
    return picture


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the largest difference of any small area, of 255."""
    size = (other.width // _SMALL, other.height // _SMALL)
    small = [each.resize(size, Image.Resampling.BOX) for each in (one, other)]
    extremes = ImageStat.Stat(ImageChops.difference(*small)).extrema
    return max(high for _, high in extremes)


def _path(one) -> str:  # type: ignore[no-untyped-def]
    x, y = one.get("Boundary").split()[:2]
    words = {"C": "Z", "B": "C"}
    data = re.sub(r"[BC]", lambda found: words[found[0]], one.findtext("AbbreviatedData"))
    rule = "evenodd" if one.get("Rule") == "Even-Odd" else "nonzero"
    return (
        f'<path transform="translate({x} {y})" d="{data}" fill-rule="{rule}" '
        f"{_paint(one, 'fill', 'FillColor')} {_paint(one, 'stroke', 'StrokeColor')} "
        f'stroke-width="{one.get("LineWidth", "0")}" '
        f'stroke-dasharray="{one.get("DashPattern", "none")}"/>'
    )


def _paint(one, name: str, element: str) -> str:  # type: ignore[no-untyped-def]
    color = one.find(element)
    if color is None:
        return f'{name}="none"'
    opacity = int(color.get("Alpha", "255")) / 255
    return f'{name}="rgb({color.get("Value").replace(" ", ",")})" {name}-opacity="{opacity}"'


__all__ = ["difference", "drawn", "pdf_drawn"]
