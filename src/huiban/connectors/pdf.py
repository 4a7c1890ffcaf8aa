# SPDX-License-Identifier: Apache-2.0
"""Documents as PDF (文书): a version's typst texts and one JSON value in, an archival PDF out."""

import atexit
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from tempfile import mkdtemp
from threading import Lock

import pypdfium2 as pdfium
import typst

from huiban.connectors import fonts, qr
from huiban.connectors.pdf_template import TemplateRefused, check_templates, refusal_of
from huiban.connectors.pdf_text import Printable

__all__ = ["About", "Rendered", "SigningPlace", "TemplateRefused", "check_templates", "render"]

_PLACE = "<huiban-place>"

# PDF/A-3a keeps the data the page was set from inside the file; PDF/UA-1 lets a screen reader
# read it. typst refuses to write a file that breaks either.
STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]

_ENTRY_TEXT = """\
#import "/huiban.typ": paper
#set document(title: paper.title, author: paper.author, date: datetime(..paper.dated))
#set text(lang: paper.language, region: "cn", font: "Noto Serif SC")
#pdf.attach("data.json", read("/huiban/source.json", encoding: none), relationship: "source",
  mime-type: "application/json", description: paper.attached)
#include "/{main}"
"""
_PRELUDE_TEXT = """\
#let data = json("/huiban/data.json")
#let paper = json("/huiban/paper.json")
#let signing-place(name, width, height) = box(width: width, height: height, {
  place(top + left, context {
    let size = (width: width.to-absolute().pt(), height: height.to-absolute().pt())
    let at = here().position()
    let high = (if page.flipped { page.width } else { page.height }).pt()
    let where = (page: at.page, left: at.x.pt(), bottom: high - at.y.pt() - size.height)
    [#metadata((name: name) + where + size) <huiban-place>]
  })
})
"""

# PDFium keeps global state and must not be entered by two threads.
pdfium_lock = Lock()


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a document outside its text; `dated` is the date of the document itself."""

    title: str
    dated: date
    language: str = "zh"
    author: str = ""
    verify_url: str = ""
    """Where anybody checks the document; printed as a QR code."""
    verify_code: str = ""
    """What to type there instead of scanning."""
    is_sample: bool = False
    """Prints 「演示数据」 on every page."""


@dataclass(frozen=True, slots=True)
class SigningPlace:
    """Room a template left (签章位置): on which page (from 1), in points from its bottom left."""

    name: str
    page: int
    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Rendered:
    """One finished PDF; `unprintable` lists characters no font had, printed as 〓."""

    content: bytes
    pages: int
    sha256: str
    unprintable: tuple[str, ...] = ()
    places: tuple[SigningPlace, ...] = ()
    data: bytes = b""
    """What it was set from, as it is attached."""


def render(
    texts: Mapping[str, str],
    main: str,
    data: Mapping[str, object],
    about: About,
    *,
    with_places: bool = False,
) -> Rendered:
    """
    Set one document and return the PDF, a PDF/A-3a and PDF/UA-1 file with `data` attached.

    `with_places` tells where the template left room for signatures and seals.

    `texts` maps the path a template is imported by (`documents/letter.typ`) to its text; a
    template sees these and nothing else. `data` is JSON. The same arguments give the same bytes.

    :raises TemplateRefused: if a template is missing, faulty or reaches outside its texts.
    :raises huiban.connectors.fonts.FontsMissing: if set-up has not brought the fonts.
    """
    reached = check_templates(texts, main)
    available = fonts.opened()
    printable = Printable(available.prints)
    # As files, not as sys.inputs: those belong to the library, and each new value of them would
    # have typst run every shared style again, ornaments included.
    given = {
        "huiban/data.json": _json(printable.value(data)),
        "huiban/paper.json": _json(printable.value(_paper(about))),
        "huiban/source.json": _json(data),
    }
    files = _files(reached, main) | given
    try:
        content = _compile(files, available.fonts, about.dated)
        places = _places(files, available.fonts) if with_places else ()
    except typst.TypstError as error:
        raise refusal_of(error, main) from None
    digest = hashlib.sha256(content).hexdigest()
    pages = _count_pages(content)
    return Rendered(
        content, pages, digest, printable.missing(), places, given["huiban/source.json"]
    )


def _compiler(files: dict[str, bytes], available: typst.Fonts) -> typst.Compiler:
    # A compiler holds its files in memory for one run only and takes 0.1 ms to make; what is
    # worth keeping warm (parsed sources, shaped fonts) typst keeps by content for all of them.
    nowhere = _empty_folder()
    return typst.Compiler(
        files,  # type: ignore[type-var]  # its README offers a dict of files, its stub forgot it
        root=nowhere,
        font_paths=available,
        ignore_system_fonts=True,
        package_path=nowhere,
        package_cache_path=nowhere,
    )


def _compile(files: dict[str, bytes], available: typst.Fonts, dated: date) -> bytes:
    made = _compiler(files, available).compile(
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=datetime.combine(dated, time(), UTC),
    )
    assert isinstance(made, bytes), "one PDF comes back as bytes"
    return made


def _places(files: dict[str, bytes], available: typst.Fonts) -> tuple[SigningPlace, ...]:
    """Ask the laid out document where its places are; the layout is still warm."""
    found = json.loads(_compiler(files, available).query(_PLACE, field="value"))
    places: dict[str, SigningPlace] = {}
    for one in found:
        # A place drawn twice (a repeated header) counts where it is first.
        places.setdefault(one["name"], SigningPlace(**one))
    return tuple(places.values())


def _files(texts: Mapping[str, str], main: str) -> dict[str, bytes]:
    files = {path: text.encode() for path, text in texts.items()}
    # typst starts at the file called main.typ.
    return files | {
        "main.typ": _ENTRY_TEXT.format(main=main).encode(),
        "huiban.typ": _PRELUDE_TEXT.encode(),
    }


def _paper(about: About) -> dict[str, object]:
    day = about.dated
    return asdict(about) | {
        "dated": {"year": day.year, "month": day.month, "day": day.day},
        "qr": qr.svg(about.verify_url) if about.verify_url else "",
        "attached": "Structured data" if about.language.startswith("en") else "文书结构化数据",
    }


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode(errors="replace")


def _count_pages(content: bytes) -> int:
    with pdfium_lock:
        document = pdfium.PdfDocument(content)
        try:
            return len(document)
        finally:
            document.close()


@lru_cache(maxsize=1)
def _empty_folder() -> str:
    """This function will give a folder with nothing in it, the only one typst may look into."""
    made = mkdtemp(prefix="huiban-typst-")
    atexit.register(os.rmdir, made)
    return made
