# SPDX-License-Identifier: Apache-2.0
"""Takes an image out of a PDF page, as it is seen there, for an OFD."""

import io
from typing import Any

from huiban.connectors.ofd.layout import Image

_MM = 25.4 / 72


def image_of(one: Any, page_height: float) -> Image:
    """Return an image object of a page as a PNG with its mask, laid where it lay."""
    bitmap = one.get_bitmap(render=True, scale_to_original=True)
    kept = io.BytesIO()
    bitmap.to_pil().save(kept, "PNG")
    left, bottom, right, top = one.get_bounds()
    wide, high = (right - left) * _MM, (top - bottom) * _MM
    return Image(kept.getvalue(), (wide, 0.0, 0.0, high, left * _MM, (page_height - top) * _MM))
