# SPDX-License-Identifier: Apache-2.0
"""PDF files written by hand, the bad ones as well, for tests of uploads and previews."""

from collections.abc import Sequence


def pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """This function will write numbered objects as a PDF; object 1 is the catalogue."""
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, trailer, len(out))
    )


def stream(body: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(body), body)


def pages(
    count: int = 1, catalogue: bytes = b"", page: bytes = b"", more: Sequence[bytes] = ()
) -> bytes:
    """
    This function will write a PDF of blank A4 pages with a black square in the lower left.

    `catalogue` and `page` are added to those dictionaries; `more` objects are numbered from
    4 + count.
    """
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(count))
    body = b"0 0 200 200 re f"
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
            stream(body),
            *[
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<<>>%s>>"
                % page
            ]
            * count,
            *more,
        ]
    )


def billion_squares(depth: int = 8, fan: int = 10) -> bytes:
    """This function will write 2 kB that draw `fan ** depth` squares: forms that draw forms."""
    forms = []
    for level in range(depth):
        is_last = level == depth - 1
        body = b"0 0 10 10 re f" if is_last else b"/F Do " * fan
        inner = b"" if is_last else b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level)
        forms.append(stream(body, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]" + inner))
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</XObject<</F 5 0 R>>>>>>",
            stream(b"/F Do"),
            *forms,
        ]
    )
