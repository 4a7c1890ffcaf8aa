# SPDX-License-Identifier: Apache-2.0
"""What happens to a paper before it is sent in: scanned, photographed, folded, turned, shrunk."""

import io
from collections.abc import Callable, Mapping
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Picture = Image.Image
_DESK = (96, 84, 70)


def clean(picture: Picture, _: Random) -> bytes:
    return _sent(picture, "PNG")


def scan(picture: Picture, random: Random) -> bytes:
    """A flat-bed scan: slightly askew, a little noise."""
    askew = picture.rotate(
        random.uniform(-1.5, 1.5), resample=Image.Resampling.BICUBIC, fillcolor=(250, 250, 248)
    )
    return _sent(_noisy(askew, random, 5), "JPEG", 60)


def creased(picture: Picture, random: Random) -> bytes:
    """A scan of a paper that was folded twice."""
    folded = picture.convert("RGB")
    shade = Image.new("L", folded.size, 0)
    draw = ImageDraw.Draw(shade)
    for share in (random.uniform(0.3, 0.36), random.uniform(0.64, 0.7)):
        y = int(folded.height * share)
        draw.line([(0, y), (folded.width, y + random.randint(-6, 6))], fill=110, width=7)
    x = int(folded.width * random.uniform(0.47, 0.53))
    draw.line([(x, 0), (x + random.randint(-6, 6), folded.height)], fill=90, width=6)
    soft = shade.filter(ImageFilter.GaussianBlur(4))
    folded.paste((90, 90, 90), (0, 0), soft)
    return scan(folded, random)


def phone(picture: Picture, random: Random) -> bytes:
    """A photograph by hand: perspective, uneven light, a shake, JPEG."""
    width, height = picture.size
    pad = int(0.07 * max(width, height))
    board = Image.new("RGB", (width + 2 * pad, height + 2 * pad), _DESK)
    board.paste(picture, (pad, pad))
    shift = 0.035 * max(width, height)
    corners = [(0, 0), (board.width, 0), (board.width, board.height), (0, board.height)]
    seen = [
        (x + random.uniform(-shift, shift), y + random.uniform(-shift, shift)) for x, y in corners
    ]
    board = board.transform(
        board.size,
        Image.Transform.PERSPECTIVE,
        _coefficients(corners, seen),
        resample=Image.Resampling.BICUBIC,
        fillcolor=_DESK,
    )
    lit = _uneven(board, random)
    shaken = lit.filter(ImageFilter.GaussianBlur(random.uniform(0.5, 1.0)))
    return _sent(_noisy(shaken, random, 6), "JPEG", 45)


def low(picture: Picture, random: Random) -> bytes:
    """Shrunk by a messenger."""
    half = picture.resize(
        (picture.width * 55 // 100, picture.height * 55 // 100), Image.Resampling.BILINEAR
    )
    return _sent(_noisy(half, random, 3), "JPEG", 40)


def turned(picture: Picture, random: Random) -> bytes:
    return scan(picture.rotate(random.choice([90, 180, 270]), expand=True), random)


CONDITIONS: Mapping[str, Callable[[Picture, Random], bytes]] = {
    "clean": clean,
    "scan": scan,
    "creased": creased,
    "phone": phone,
    "low": low,
    "turned": turned,
}
UPRIGHT_SCANS = ("clean", "scan", "creased")


def _sent(picture: Picture, form: str, quality: int = 90) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, form, quality=quality)
    return written.getvalue()


def _noisy(picture: Picture, random: Random, strength: float) -> Picture:
    pixels = np.asarray(picture.convert("RGB")).astype(np.float32)
    grain = np.random.default_rng(random.getrandbits(32)).normal(0, strength, pixels.shape)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def _uneven(picture: Picture, random: Random) -> Picture:
    pixels = np.asarray(picture).astype(np.float32)
    across = np.linspace(random.uniform(0.6, 0.85), random.uniform(0.9, 1.1), picture.width)
    down = np.linspace(random.uniform(0.85, 1.0), random.uniform(0.8, 1.05), picture.height)
    light = np.outer(down, across)[:, :, None]
    return Image.fromarray(np.clip(pixels * light, 0, 255).astype(np.uint8))


def _coefficients(
    source: list[tuple[float, float]] | list[tuple[int, int]], seen: list[tuple[float, float]]
) -> list[float]:
    """Solve for the eight numbers of a perspective that takes `seen` to `source`."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(seen, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [float(one) for one in np.linalg.solve(np.array(rows), np.array(wanted))]
