# SPDX-License-Identifier: Apache-2.0
"""A stranger's file opened, page by page, as upright-by-itself pictures of bounded size."""

import contextlib
import io
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
from numpy.typing import NDArray
from PIL import Image, ImageOps

from huiban.connectors.cell_jobs import Refused

Picture = NDArray[Any]
"""Rows, columns, and blue, green, red, as OpenCV has them."""

PDF = "application/pdf"
DPI = 200
LONG_SIDE = 2600
"""Pixels; a larger picture gains nothing for the recogniser and costs time."""
MAX_PIXELS = 64_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
_STRANGE = (OSError, ValueError, SyntaxError, struct.error, EOFError)


def count(content: bytes, media: str) -> int:
    """
    Say how many pages a file has; an image has as many as frames.

    :raises Refused: if it is damaged, encrypted or too large.
    """
    if media == PDF:
        with opened_pdf(content) as document:
            pages = len(document)
    else:
        with _opened_image(content) as image:
            pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    if pages < 1:
        raise Refused("damaged")
    return pages


@contextlib.contextmanager
def opened_pdf(content: bytes) -> Iterator[Any]:
    """
    Open a PDF; its scripts are never run.

    :raises Refused: if it is damaged, or needs a password.
    """
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        # PDFium leaves the error of an earlier file standing when it has none for this one.
        locked = error.err_code == pdfium_raw.FPDF_ERR_PASSWORD and b"/Encrypt" in content
        raise Refused("encrypted" if locked else "damaged") from None
    try:
        yield document
    except pdfium.PdfiumError:
        raise Refused("damaged") from None
    finally:
        document.close()


def pdf_page(page: Any) -> Picture:
    """Draw a page of a PDF as it would be printed, with what was filled into its forms."""
    width, height = page.get_size()
    if not (0 < width < float("inf") and 0 < height < float("inf")):
        raise Refused("damaged")
    scale = min(DPI / 72, LONG_SIDE / max(width, height))
    drawn = page.render(scale=scale, may_draw_forms=True, rev_byteorder=False)
    return _as_picture(drawn.to_pil())


def image_page(content: bytes, number: int) -> Picture:
    """Decode an image, or one frame of a TIFF, and stand it as its camera says."""
    with _opened_image(content) as image:
        if image.format == "TIFF":
            image.seek(number - 1)
            _bounded(image)
        image.draft("RGB", (LONG_SIDE, LONG_SIDE))
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off at 255
            upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
        flat = _on_white(upright)
        flat.thumbnail((LONG_SIDE, LONG_SIDE))
        return _as_picture(flat)


@contextlib.contextmanager
def _opened_image(content: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _bounded(image)
            yield image
    except _STRANGE:
        raise Refused("damaged") from None


def _bounded(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise Refused("too_heavy")


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    white = Image.new("RGB", layer.size, "white")
    white.paste(layer, mask=layer.getchannel("A"))
    return white


def _as_picture(image: Image.Image) -> Picture:
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
