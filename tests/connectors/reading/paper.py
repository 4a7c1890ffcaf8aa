# SPDX-License-Identifier: Apache-2.0
"""Papers drawn for the tests of reading: a permit, an identity card, a contract, and seals."""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import pypdf
import typst
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pypdf.generic import StreamObject

from huiban.connectors import fonts
from huiban.kernel.reading import Box, Line
from tests.connectors import pdf_files

Frame = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""
RED = (200, 22, 29)
PERMIT_LINES = (
    "营业执照",
    "统一社会信用代码 91370202MA3C5XYT7B",
    "名称 青岛海蓝样例环保科技有限公司",
    "类型 有限责任公司（自然人投资或控股）",
    "法定代表人 王海涛",
    "注册资本 伍佰万元整",
    "成立日期 2018年03月12日",
    "住所 山东省青岛市市南区样例路18号",
    "登记机关 青岛市样例区行政审批服务局",
)
CARD_LINES = (
    "姓名 张晓东",
    "性别 男  民族 汉",
    "出生 1990年5月12日",
    "住址 山东省青岛市市北区样例街5号",
    "公民身份号码 370203199005120019",
)
CONTRACT_LINE = "第{}条 甲方应当自本合同签订之日起{}个工作日内向乙方支付款项人民币{}元。"


def font(size: int, face: str = "NotoSansSC_400Regular") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fonts.folder() / f"{face}.ttf"), size)


@dataclass(frozen=True, slots=True)
class Written:
    """A line of text and where it is drawn; `anchor` as Pillow has it."""

    spot: tuple[int, int]
    text: str
    size: int
    anchor: str = "la"


def permit_lines(lines: tuple[str, ...] = PERMIT_LINES) -> list[Written]:
    below = [Written((180, 260 + 95 * place), line, 36) for place, line in enumerate(lines[1:])]
    return [Written((842, 130), lines[0], 84, "mm"), *below]


def card_lines() -> list[Written]:
    return [Written((70, 70 + 105 * place), line, 36) for place, line in enumerate(CARD_LINES)]


def contract_lines(number: int = 1, lines: int = 30) -> list[Written]:
    clauses = [
        CONTRACT_LINE.format(place + 1, 3 + place, 1000 * number + 37 * place)
        for place in range(lines)
    ]
    below = [Written((160, 300 + 60 * place), told, 32) for place, told in enumerate(clauses)]
    return [Written((827, 180), f"样例合同（第{number}页）", 52, "mm"), *below]


def permit(lines: tuple[str, ...] = PERMIT_LINES) -> Image.Image:
    """Draw a landscape permit of 1684 by 1190 pixels."""
    return _drawn(Image.new("RGB", (1684, 1190), "white"), permit_lines(lines))


def card() -> Image.Image:
    """Draw the front of an identity card of 1011 by 638 pixels."""
    page = _drawn(Image.new("RGB", (1011, 638), (232, 238, 244)), card_lines())
    ImageDraw.Draw(page).rectangle((740, 110, 940, 380), fill=(180, 190, 200))
    return page


def contract(number: int = 1, lines: int = 30) -> Image.Image:
    """Draw an A4 page at 200 dpi."""
    return _drawn(Image.new("RGB", (1654, 2339), "white"), contract_lines(number, lines))


def _drawn(page: Image.Image, lines: Sequence[Written]) -> Image.Image:
    draw = ImageDraw.Draw(page)
    for one in lines:
        draw.text(one.spot, one.text, font=font(one.size), fill="black", anchor=one.anchor)
    return page


def as_lines(written: Sequence[Written], size: tuple[int, int]) -> list[Line]:
    """Give what is drawn as a recogniser that makes no mistake would."""
    draw = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    found = []
    for one in written:
        sides = draw.textbbox(one.spot, one.text, font=font(one.size), anchor=one.anchor)
        found.append(Line(one.text, _within(sides, size), 0.99))
    return found


def cropped(lines: Sequence[Line], size: tuple[int, int], frame: Frame) -> list[Line]:
    """Give the lines that are left, and where, when a picture is cut to the frame."""
    inner = (frame[2] - frame[0], frame[3] - frame[1])
    moved = [(line, _moved(line.box, size, frame)) for line in lines]
    return [
        replace(line, box=_within(sides, inner))
        for line, sides in moved
        if sides[2] > 0 and sides[3] > 0 and sides[0] < inner[0] and sides[1] < inner[1]
    ]


def _moved(box: Box, size: tuple[int, int], frame: Frame) -> tuple[float, float, float, float]:
    return (
        box.left * size[0] - frame[0],
        box.top * size[1] - frame[1],
        box.right * size[0] - frame[0],
        box.bottom * size[1] - frame[1],
    )


def _within(sides: Sequence[float], size: tuple[int, int]) -> Box:
    shares = (side / size[place % 2] for place, side in enumerate(sides))
    return Box(*(min(1.0, max(0.0, share)) for share in shares))


def sealed(
    page: Image.Image, middle: tuple[int, int], shape: str = "round", size: int = 300
) -> Image.Image:
    """Press a seal on a page; the ink lets what is below shine through."""
    ink = Image.new("RGB", page.size, "white")
    draw = ImageDraw.Draw(ink)
    x, y = middle
    half = (size // 2, size // 2 if shape != "oval" else size // 3)
    box = (x - half[0], y - half[1], x + half[0], y + half[1])
    width = max(4, size // 30)
    if shape == "square":
        draw.rectangle(box, outline=RED, width=width)
        for place, letter in enumerate("海涛之印"):
            spot = (x + size * (place // 2 - 0.5) * -0.44, y + size * (place % 2 - 0.5) * 0.44)
            draw.text(spot, letter, font=font(round(size * 0.38)), fill=RED, anchor="mm")
    else:
        draw.ellipse(box, outline=RED, width=width)
        _arc(ink, middle, (half[0] * 0.74, half[1] * 0.74), round(size * 0.1))
        star = _star(middle, size * 0.14) if shape == "round" else None
        if star:
            draw.polygon(star, fill=RED)
        else:
            draw.text((x, y), "合同专用章", font=font(size // 9), fill=RED, anchor="mm")
    return Image.fromarray(np.minimum(np.asarray(page), np.asarray(ink)))


def _arc(ink: Image.Image, middle: tuple[int, int], half: tuple[float, float], size: int) -> None:
    name = "青岛海蓝样例环保科技有限公司"
    for place, letter in enumerate(name):
        turn = math.radians(210 + 260 * (place + 0.5) / len(name) - 70)
        tile = Image.new("RGB", (2 * size, 2 * size), "white")
        ImageDraw.Draw(tile).text((size, size), letter, font=font(size), fill=RED, anchor="mm")
        tile = tile.rotate(-math.degrees(turn) - 90, fillcolor="white")
        spot = (
            round(middle[0] + half[0] * math.cos(turn)) - size,
            round(middle[1] + half[1] * math.sin(turn)) - size,
        )
        below = ink.crop((*spot, spot[0] + 2 * size, spot[1] + 2 * size))
        ink.paste(Image.fromarray(np.minimum(np.asarray(below), np.asarray(tile))), spot)


def _star(middle: tuple[int, int], radius: float) -> list[tuple[float, float]]:
    return [
        (
            middle[0] + radius * (1 if place % 2 == 0 else 0.4) * math.sin(place * math.pi / 5),
            middle[1] - radius * (1 if place % 2 == 0 else 0.4) * math.cos(place * math.pi / 5),
        )
        for place in range(10)
    ]


def photographed(
    page: Image.Image, *, seed: int = 1, tilt: float = 0.04, desk: int = 70
) -> Image.Image:
    """Photograph a page that lies whole on a dark desk: perspective, uneven light, noise."""
    chance = np.random.default_rng(seed)
    width, height = page.size
    frame = (round(width * 1.16), round(height * 1.16))
    left, top = (frame[0] - width) / 2, (frame[1] - height) / 2
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    moved = corners + np.float32([left, top])
    moved += chance.uniform(-tilt, tilt, (4, 2)).astype(np.float32) * min(page.size) * 0.8
    turn = cv2.getPerspectiveTransform(corners, np.float32(moved))
    laid = cv2.warpPerspective(
        np.asarray(page), turn, frame, borderMode=cv2.BORDER_CONSTANT, borderValue=(desk,) * 3
    ).astype(np.float32)
    light = np.linspace(0.93, 0.78, frame[0])[None, :, None]
    noise = chance.normal(0, 3, laid.shape)
    return Image.fromarray(np.clip(laid * light + noise, 0, 255).astype(np.uint8))


def glared(page: Image.Image, middle: tuple[float, float], radius: float) -> Image.Image:
    """Let a lamp shine on a spot; places and radius are shares of the page's width."""
    values = np.asarray(page).astype(np.float32)
    rows, columns = np.mgrid[0 : values.shape[0], 0 : values.shape[1]] / page.width
    far = np.hypot(columns - middle[0], rows - middle[1]) / radius
    shine = 420 * np.exp(-(far**2))
    return Image.fromarray(np.clip(values + shine[:, :, None], 0, 255).astype(np.uint8))


def blurred(page: Image.Image, radius: float) -> Image.Image:
    return page.filter(ImageFilter.GaussianBlur(radius))


def darkened(page: Image.Image, share: float) -> Image.Image:
    return page.point(lambda value: round(value * share))


def encoded(page: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    page.save(out, kind, **({"quality": 88} if kind == "JPEG" else {}) | options)
    return out.getvalue()


def picture(page: Image.Image) -> NDArray[np.uint8]:
    """Give a page as OpenCV has it."""
    return np.ascontiguousarray(np.asarray(page.convert("RGB"))[:, :, ::-1])


def text_pdf(*pages: Sequence[str], size: tuple[float, float] = (8, 5)) -> bytes:
    """Set lines as a program does that writes PDF: real text on pages of so many inches."""
    leaves = "#pagebreak()\n".join("\\ ".join(lines) + "\n" for lines in pages)
    source = (
        f"#set page(width: {size[0]}in, height: {size[1]}in, margin: {size[1] * 0.16}in)\n"
        f'#set text(font: "Noto Sans SC", size: 16pt, lang: "zh")\n{leaves}'
    )
    folder = str(fonts.folder())
    return typst.compile(source.encode(), font_paths=[folder], ignore_system_fonts=True)


def scanned_pdf(*pages: Image.Image) -> bytes:
    """Put pictures into a PDF as a scanner at 200 dpi does."""
    out = io.BytesIO()
    first, *others = (page.convert("RGB") for page in pages)
    first.save(out, "PDF", resolution=200, save_all=True, append_images=others, quality=85)
    return out.getvalue()


def pdf_with_layer(page: Image.Image, text: bytes, mode: int = 3) -> bytes:
    """Put a picture into a PDF with text over it; in mode 3 nobody sees that text."""
    jpeg = encoded(page)
    width, height = (round(side * 72 / 200) for side in page.size)
    drawn = b"q %d 0 0 %d 0 0 cm /P Do Q BT %d Tr /F 12 Tf 20 8 Td (%s) Tj ET" % (
        width, height, mode, text,
    )  # fmt: skip
    size = b"/Width %d/Height %d" % page.size
    how = b"/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
    return pdf_files.pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources"
            b"<</XObject<</P 5 0 R>>/Font<</F 6 0 R>>>>>>" % (width, height),
            pdf_files.stream(drawn),
            pdf_files.stream(jpeg, b"/Type/XObject/Subtype/Image" + size + how),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )


def lying_pdf(*lines: str) -> bytes:
    """Set lines in a font whose characters claim to be others, one further each."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(text_pdf(lines, size=(5, 2.5))))
    for found in writer._objects:
        if isinstance(found, StreamObject) and b"begincmap" in found.get_data():
            told = re.sub(rb"> <([0-9a-fA-F]{4})>", _next_code, found.get_data())
            found.set_data(told)
    return written(writer)


def _next_code(found: re.Match[bytes]) -> bytes:
    return b"> <%04X>" % (int(found[1], 16) + 1)


def joined(*files: bytes) -> bytes:
    """Put PDFs one behind the other."""
    writer = pypdf.PdfWriter()
    for one in files:
        writer.append(io.BytesIO(one))
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
