# SPDX-License-Identifier: Apache-2.0
"""How seals and signatures look (印模、签名图样): drawn as vectors, and as small pictures."""

import atexit
import io
import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from tempfile import mkdtemp

import typst
from PIL import Image
from pypdf import PdfReader, PdfWriter

from huiban.connectors import fonts
from huiban.connectors.pdf_text import Printable

MILLIMETRES = 42.0
"""Across a department's seal (国发〔1999〕25号); an enterprise's is 40."""
MOST_POINTS = 600
MOST_STROKES = 200
_RED = (0xC8, 0x16, 0x1D)
_LEVELS = 4  # of one ink: enough for smooth edges, and small
_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)  # the same face gives the same bytes

Stroke = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class SealFace:
    """What stands in a round seal: the name on the arc, the kind below the star, the code."""

    name: str
    kind: str = ""
    """Such as 行政许可专用章; a seal of the whole department has none."""
    code: str = ""
    is_test: bool = False
    millimetres: float = MILLIMETRES


@dataclass(frozen=True, slots=True)
class SignatureFace:
    """What stands where a person signed; without strokes the name is written in type."""

    name: str
    at: datetime
    """Shown as it is: give it in the local time of the people who read it."""
    strokes: tuple[Stroke, ...] = ()
    is_test: bool = False
    millimetres: tuple[float, float] = (38.0, 11.0)


class FaceRefused(ValueError):
    """A face that cannot be drawn; the text says which part and why."""


@lru_cache(maxsize=256)
def seal_pdf(face: SealFace) -> bytes:
    """
    Draw a seal as a one-page PDF without a background.

    :raises FaceRefused: if there is no name, more than an arc holds, or a character in no font.
    """
    return _compacted(_compiled(_SEAL, _seal_data(face)))


@lru_cache(maxsize=256)
def seal_png(face: SealFace, pixels: int = 372) -> bytes:
    """
    Draw a seal as a PNG with a clear background; 372 pixels are 225 to the inch.

    :raises FaceRefused: as `seal_pdf`.
    """
    drawn = _compiled(_SEAL, _seal_data(face), pixels / face.millimetres * 25.4)
    return _one_coloured(drawn, _RED)


def signature_pdf(face: SignatureFace) -> bytes:
    """
    Draw a person's signature as a one-page PDF without a background.

    :raises FaceRefused: if there is no name, or the strokes are too many.
    """
    return _compacted(_compiled(_SIGNATURE, _signature_data(face)))


def _seal_data(face: SealFace) -> dict[str, object]:
    if not face.name.strip() or len(face.name) > 60:
        raise FaceRefused("a seal's name has 1 to 60 characters")
    if len(face.kind) > 20 or len(face.code) > 20:
        raise FaceRefused("the kind and the code of a seal have at most 20 characters")
    printable = Printable(fonts.opened().prints)
    data = asdict(face) | {
        "name": printable.value("".join(face.name.split())),
        "kind": printable.value(face.kind.strip()),
        "code": printable.value(face.code.strip()),
    }
    if printable.missing():
        raise FaceRefused(f"no font has these characters of the seal: {printable.missing()}")
    return data


def _signature_data(face: SignatureFace) -> dict[str, object]:
    if not face.name.strip() or len(face.name) > 60:
        raise FaceRefused("a signature's name has 1 to 60 characters")
    if len(face.strokes) > MOST_STROKES:
        raise FaceRefused(f"a signature has at most {MOST_STROKES} strokes")
    width, height = face.millimetres
    printable = Printable(fonts.opened().prints)
    return {
        "name": printable.value(face.name.strip()),
        "at": f"{face.at:%Y-%m-%d %H:%M:%S}",
        "is_test": face.is_test,
        "width": width,
        "height": height,
        "strokes": fitted(face.strokes, width * 0.56, height * 0.92),
    }


def fitted(
    strokes: Sequence[Stroke], width: float, height: float
) -> list[list[tuple[float, float]]]:
    """
    Bring strokes into a box, in proportion, with no more points than an eye can see.

    :raises FaceRefused: if a point is no number.
    """
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return []
    if not all(math.isfinite(one) and abs(one) < 1e6 for point in points for one in point):
        raise FaceRefused("the points of a stroke are numbers below a million")
    left, top = min(x for x, _ in points), min(y for _, y in points)
    wide = max(x for x, _ in points) - left
    high = max(y for _, y in points) - top
    scale = min(width / wide if wide else math.inf, height / high if high else math.inf)
    scale = scale if math.isfinite(scale) else 1.0
    shift = (width - wide * scale) / 2, (height - high * scale) / 2
    placed = [
        [((x - left) * scale + shift[0], (y - top) * scale + shift[1]) for x, y in stroke]
        for stroke in strokes
        if stroke
    ]
    tolerance = 0.02  # millimetres
    thinned = [_thinned(stroke, tolerance) for stroke in placed]
    while sum(map(len, thinned)) > MOST_POINTS and tolerance < width:
        tolerance *= 1.5
        thinned = [_thinned(stroke, tolerance) for stroke in placed]
    return [[(round(x, 3), round(y, 3)) for x, y in stroke] for stroke in thinned]


def _thinned(stroke: list[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    """This function will leave out points that lie on the line (Ramer, Douglas and Peucker)."""
    kept, pending = {0, len(stroke) - 1}, [(0, len(stroke) - 1)]
    while pending:
        first, last = pending.pop()
        farthest = max(
            range(first + 1, last),
            key=lambda at: _distance(stroke[at], stroke[first], stroke[last]),
            default=None,
        )
        if farthest is None:
            continue
        if _distance(stroke[farthest], stroke[first], stroke[last]) > tolerance:
            kept.add(farthest)
            pending += [(first, farthest), (farthest, last)]
    return [stroke[at] for at in sorted(kept)]


def _distance(
    point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> float:
    along = end[0] - start[0], end[1] - start[1]
    away = point[0] - start[0], point[1] - start[1]
    length = math.hypot(*along)
    if not length:
        return math.hypot(*away)
    return abs(along[0] * away[1] - along[1] * away[0]) / length


def _compiled(text: str, data: dict[str, object], resolution: float = 0) -> bytes:
    nowhere = _empty_folder()
    files = {"main.typ": text.encode(), "data.json": json.dumps(data, ensure_ascii=False).encode()}
    compiler = typst.Compiler(
        files,  # type: ignore[type-var]  # its README offers a dict of files, its stub forgot it
        root=nowhere,
        font_paths=fonts.opened().fonts,
        ignore_system_fonts=True,
        package_path=nowhere,
        package_cache_path=nowhere,
    )
    if resolution:
        made = compiler.compile(format="png", ppi=resolution)
    else:
        made = compiler.compile(format="pdf", timestamp=_ALWAYS, pdf_tags=False)
    assert isinstance(made, bytes), "one page comes back as bytes"
    return made


def _compacted(pdf: bytes) -> bytes:
    """This function will keep of a PDF its page, not what is told about the file."""
    writer = PdfWriter()
    writer.add_page(PdfReader(io.BytesIO(pdf)).pages[0])
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _one_coloured(png: bytes, colour: tuple[int, int, int]) -> bytes:
    """This function will keep of a drawing in one ink only how much of it lies where."""
    with Image.open(io.BytesIO(png)) as drawn:
        alpha = drawn.convert("RGBA").getchannel("A")
    step = 255 / (_LEVELS - 1)
    small = alpha.point([round(one / step) for one in range(256)])
    made = Image.frombytes("P", small.size, small.tobytes())
    made.putpalette(bytes(colour) * _LEVELS)
    out = io.BytesIO()
    transparency = bytes(round(one * step) for one in range(_LEVELS))
    made.save(out, "PNG", optimize=True, bits=2, transparency=transparency)
    return out.getvalue()


@lru_cache(maxsize=1)
def _empty_folder() -> str:
    """This function will give a folder with nothing in it, the only one typst may look into."""
    made = mkdtemp(prefix="huiban-seal-")
    atexit.register(os.rmdir, made)
    return made


# The name takes as much of the arc as it needs, up to 250 degrees; then its characters narrow.
# What is narrowed stays high: a long name in a seal is read by its height.
_SEAL = """\
#let data = json("data.json")
#let d = data.millimetres * 1mm
#let u = d / 42
#let red = rgb(200, 22, 29)
#set page(width: d, height: d, margin: 0pt, fill: none)
#set text(font: "Noto Serif SC", fill: red, weight: "bold")
#set text(top-edge: "bounds", bottom-edge: "bounds")
#let middle(body, dy: 0pt) = place(center + horizon, dy: dy, body)
#let fitted(body, most) = context {
  let natural = measure(body).width
  let by = if natural > most { most / natural * 100% } else { 100% }
  box(width: natural * by, align(center, scale(x: by, reflow: false, box(width: natural, body))))
}
#let on-arc(body, angle, radius, bottom: false) = {
  let sign = if bottom { -1 } else { 1 }
  middle(move(
    dx: radius * calc.sin(angle), dy: -radius * calc.cos(angle),
    rotate(angle + if bottom { 180deg } else { 0deg }, body),
  ))
}
#middle(circle(radius: 20.3 * u, stroke: 1.2 * u + red))
#let star = range(10).map(i => {
  let r = if calc.even(i) { 6.6 * u } else { 2.521 * u }
  (6.6 * u + r * calc.sin(i * 36deg), 6.6 * u - r * calc.cos(i * 36deg))
})
#middle(box(width: 13.2 * u, height: 13.2 * u, place(top + left, polygon(fill: red, ..star))))
#let letters = data.name.clusters()
#let n = letters.len()
#let high = if n <= 16 { 5.6 } else { 5.0 }
#let radius = 19.1 - high / 2
#let step = calc.min(24deg, 250deg / calc.max(n, 1))
#let wide = calc.min(high, radius * step / 1rad * 0.94)
#for (i, letter) in letters.enumerate() {
  let angle = (i - (n - 1) / 2) * step
  on-arc(scale(x: wide / high * 100%, text(size: high * u, letter)), angle, radius * u)
}
#if data.kind != "" { middle(dy: 10.4 * u, fitted(text(size: 3.9 * u, data.kind), 26 * u)) }
#let digits = data.code.clusters()
#for (i, digit) in digits.enumerate() {
  let angle = 180deg - (i - (digits.len() - 1) / 2) * 4.6deg
  on-arc(text(size: 1.8 * u, digit), angle, 18.2 * u, bottom: true)
}
#if data.is_test { middle(dy: -9.2 * u, text(size: 2.8 * u)[测试]) }
"""

_SIGNATURE = """\
#let data = json("data.json")
#let w = data.width * 1mm
#let h = data.height * 1mm
#set page(width: w, height: h, margin: 0pt, fill: none)
#let ink = rgb(16, 24, 48)
#set text(fill: ink, font: "Noto Serif SC", top-edge: "ascender", bottom-edge: "descender")
#let fitted(body, most) = context {
  let natural = measure(body).width
  let by = if natural > most { most / natural * 100% } else { 100% }
  let narrowed = scale(x: by, origin: left, reflow: false, box(width: natural, body))
  box(width: natural * by, align(left, narrowed))
}
#if data.strokes.len() > 0 {
  let drawn = for stroke in data.strokes {
    let points = stroke.map(p => (p.at(0) * 1mm, p.at(1) * 1mm))
    let rest = if points.len() > 1 { points.slice(1) } else { points }
    place(top + left, curve(
      stroke: (paint: ink, thickness: calc.max(0.035 * h, 0.3mm), cap: "round", join: "round"),
      curve.move(points.first()), ..rest.map(p => curve.line(p)),
    ))
  }
  place(left + horizon, dx: 0.01 * w, box(width: 0.56 * w, height: 0.92 * h, drawn))
} else {
  let most = 0.56 * w / data.name.clusters().len() * 1.3
  let written = text(size: calc.min(0.62 * h, 0.26 * w, most), data.name)
  place(left + horizon, dx: 0.01 * w, fitted(written, 0.56 * w))
}
#let size = calc.min(0.2 * h, 0.058 * w)
#let lines = (
  if data.strokes.len() > 0 { text(size: size, data.name) },
  text(size: size, if data.is_test { "电子签名（测试）" } else { "电子签名" }),
  text(size: size * 0.85, data.at),
).filter(one => one != none)
#place(left + horizon, dx: 0.6 * w, stack(
  dir: ttb, spacing: 0.25 * size, ..lines.map(one => fitted(one, 0.39 * w)),
))
"""
