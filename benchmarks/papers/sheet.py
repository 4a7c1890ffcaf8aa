# SPDX-License-Identifier: Apache-2.0
"""A sheet of paper to draw on: text set in lines and columns, rules, seals, portraits."""

from collections.abc import Iterable
from functools import lru_cache
from math import cos, pi, sin
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

_FOLDER = Path("/usr/share/fonts")
FONTS = {
    "sans": "opentype/noto/NotoSansCJK-Regular.ttc",
    "sans_bold": "opentype/noto/NotoSansCJK-Bold.ttc",
    "serif": "opentype/noto/NotoSerifCJK-Regular.ttc",
    "serif_bold": "opentype/noto/NotoSerifCJK-Bold.ttc",
    "kai": "truetype/arphic/ukai.ttc",
    "song": "truetype/arphic/uming.ttc",
    "hei": "truetype/wqy/wqy-zenhei.ttc",
    "micro": "truetype/wqy/wqy-microhei.ttc",
}
PACKAGES = "fonts-noto-cjk fonts-arphic-ukai fonts-arphic-uming fonts-wqy-zenhei fonts-wqy-microhei"
_SIMPLIFIED = 2  # the face of the Noto collections with mainland forms
INK = (25, 25, 30)
RED = (205, 30, 35)


@lru_cache(maxsize=256)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    path = _FOLDER / FONTS[name]
    if not path.exists():
        raise SystemExit(f"the font {path} is missing: apt-get install -y {PACKAGES}")
    return ImageFont.truetype(str(path), size, index=_SIMPLIFIED if "noto" in FONTS[name] else 0)


class Sheet:
    """A page in pixels, with one typeface for labels and one for values."""

    def __init__(self, size: tuple[int, int], face: str, color: tuple[int, int, int]) -> None:
        self.image = Image.new("RGB", size, color)
        self.draw = ImageDraw.Draw(self.image)
        self.face = face
        self.label_color = INK

    def put(
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        *,
        face: str = "",
        color: tuple[int, int, int] = INK,
        anchor: str = "la",
    ) -> None:
        self.draw.text(at, text, font=font(face or self.face, size), fill=color, anchor=anchor)

    def title(
        self,
        y: float,
        text: str,
        size: int,
        *,
        face: str = "",
        gap: int = 0,
        color: tuple[int, int, int] = INK,
    ) -> None:
        """Set a title in the middle, its characters `gap` apart."""
        used = font(face or self.face, size)
        whole = sum(used.getlength(one) + gap for one in text) - gap
        x = (self.image.width - whole) / 2
        for one in text:
            self.put((x, y), one, size, face=face, color=color)
            x += used.getlength(one) + gap

    def spread(self, at: tuple[float, float], text: str, size: int, width: float) -> None:
        """Set a label spread over a width, as printed forms do."""
        used = font(self.face, size)
        rest = max(0.0, width - used.getlength(text))
        x = at[0]
        for one in text:
            self.put((x, at[1]), one, size, color=self.label_color)
            x += used.getlength(one) + rest / max(1, len(text) - 1)

    def block(
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        width: float,
        *,
        face: str = "",
        leading: float = 1.45,
    ) -> float:
        """Set text in lines of a width; gives where the next line would stand."""
        y = at[1]
        for line in self.wrapped(text, size, width, face):
            self.put((at[0], y), line, size, face=face)
            y += size * leading
        return y

    def wrapped(self, text: str, size: int, width: float, face: str = "") -> Iterable[str]:
        used = font(face or self.face, size)
        line = ""
        for one in text:
            if one == "\n" or used.getlength(line + one) > width:
                yield line
                line = ""
            if one != "\n":
                line += one
        if line:
            yield line

    def frame(self, box: tuple[float, float, float, float], width: int = 2) -> None:
        self.draw.rectangle(box, outline=INK, width=width)

    def rule(self, begin: tuple[float, float], end: tuple[float, float], width: int = 2) -> None:
        self.draw.line([begin, end], fill=INK, width=width)

    def portrait(self, box: tuple[int, int, int, int], random: Random) -> None:
        left, top, right, bottom = box
        self.draw.rectangle(box, fill=(225, 232, 240))
        middle, wide = (left + right) / 2, (right - left) / 5
        tint = random.randint(170, 215)
        self.draw.ellipse(
            (middle - wide, top + wide, middle + wide, top + 3.4 * wide),
            fill=(tint, tint - 25, tint - 45),
        )
        self.draw.ellipse(
            (middle - 2 * wide, bottom - 1.6 * wide, middle + 2 * wide, bottom + 2 * wide),
            fill=(60, 65, 90),
        )
        self.draw.rectangle(
            (left, bottom, right, bottom + 2 * wide), fill=self.image.getpixel((2, 2))
        )

    def seal(self, center: tuple[float, float], radius: int, text: str) -> None:
        """Press a round red seal, half transparent, over what stands there."""
        size = 2 * radius + 8
        stamp = Image.new("RGBA", (size, size), (0, 0, 0, 0))
        draw = ImageDraw.Draw(stamp)
        ink, middle = (*RED, 190), size / 2
        draw.ellipse((4, 4, size - 4, size - 4), outline=ink, width=max(3, radius // 22))
        points = [
            (
                middle + radius * 0.3 * (1 if at % 2 == 0 else 0.4) * sin(pi * at / 5),
                middle - radius * 0.3 * (1 if at % 2 == 0 else 0.4) * cos(pi * at / 5),
            )
            for at in range(10)
        ]
        draw.polygon(points, fill=ink)
        for at, one in enumerate(text):
            turn = pi * 1.4 * (at / max(1, len(text) - 1) - 0.5)
            glyph = Image.new("RGBA", (radius // 3, radius // 3), (0, 0, 0, 0))
            ImageDraw.Draw(glyph).text(
                (radius / 6, radius / 6),
                one,
                fill=ink,
                anchor="mm",
                font=font("serif_bold", radius // 4),
            )
            glyph = glyph.rotate(-turn * 180 / pi, resample=Image.Resampling.BICUBIC)
            x = middle + radius * 0.78 * sin(turn) - glyph.width / 2
            y = middle - radius * 0.78 * cos(turn) - glyph.height / 2
            stamp.alpha_composite(glyph, (int(x), int(y)))
        place = (int(center[0] - size / 2), int(center[1] - size / 2))
        self.image.paste(stamp, place, stamp)
