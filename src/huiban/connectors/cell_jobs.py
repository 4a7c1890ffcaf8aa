# SPDX-License-Identifier: Apache-2.0
"""The reading of strangers' files, run as a separate program that may be killed (see cell.py)."""

# Run by path with `-I`: imports nothing of huiban, so that the child starts in 0.1 s and holds
# no secrets, settings or connections that a hostile file could reach.

import base64
import contextlib
import io
import json
import signal
import struct
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import IO, Any

import pypdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
from PIL import Image, ImageOps
from pypdf.generic import ArrayObject, DictionaryObject

MEMORY = 1536 * 1024 * 1024
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
_ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/Movie"}
# A reader may follow a link like these; a file that follows one by itself tells who opened it.
_CALLING = _ACTIVE | {"/URI", "/GoToR", "/GoToE"}
_MAX_STEPS = 50_000

Answer = tuple[dict[str, Any], bytes]


class Refused(Exception):
    """The file cannot be taken; the argument is the code of the reason."""


def pdf_facts(content: bytes, ask: dict[str, Any]) -> Answer:
    """Say how many pages a PDF has and which active parts; refuse it damaged or encrypted."""
    with _pdf(content) as document:
        pages = len(document)
        is_encrypted = pdfium_raw.FPDF_GetSecurityHandlerRevision(document.raw) >= 0
    if is_encrypted:
        raise Refused("encrypted")
    if pages < 1:
        raise Refused("damaged")
    if pages > ask["max_pages"]:
        return {"pages": pages, "active": []}, b""
    return {"pages": pages, "active": _active_parts(content)}, b""


def pdf_pages(content: bytes, ask: dict[str, Any]) -> Answer:
    with _pdf(content) as document:
        return {"pages": len(document)}, b""


def pdf_page(content: bytes, ask: dict[str, Any]) -> Answer:
    """Draw one page, counted from 1, at the width asked and no higher than allowed."""
    with _pdf(content) as document:
        if not 1 <= ask["number"] <= len(document):
            raise Refused("no_such_page")
        page = document[ask["number"] - 1]
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            raise Refused("damaged")
        scale = min(ask["width"] / width, ask["max_height"] / height)
        drawn = page.render(scale=scale, may_draw_forms=True).to_pil()
    return _encoded(drawn, ask)


def pdf_with_sheet(content: bytes, ask: dict[str, Any]) -> Answer:
    """Append the pages of another PDF; one that is signed already would lose its signatures."""
    with _pdf(content) as document, _pdf(base64.b64decode(ask["sheet"])) as sheet:
        if pdfium_raw.FPDF_GetSignatureCount(document.raw) > 0:
            raise Refused("signed")
        document.import_pages(sheet)
        out = io.BytesIO()
        document.save(out)
        return {"pages": len(document)}, out.getvalue()


def pdf_data(content: bytes, ask: dict[str, Any]) -> Answer:
    """Give the bytes of the file of that name that lies inside a PDF."""
    with _pdf(content) as document:
        for place in range(document.count_attachments()):
            inside = document.get_attachment(place)
            if inside.get_name() == ask["name"]:
                data = bytes(inside.get_data())
                if len(data) > ask["most"]:
                    raise Refused("too_heavy")
                return {"size": len(data)}, data
    raise Refused("no_such_file")


def image_facts(content: bytes, ask: dict[str, Any]) -> Answer:
    """Decode an image to its end and say its size as seen (EXIF orientation applied)."""
    with _image(content, ask["max_pixels"]) as image:
        width, height = image.size
        frames = getattr(image, "n_frames", 1)
        if image.getexif().get(0x0112, 1) in (5, 6, 7, 8):
            width, height = height, width
        # A JPEG decoded at an eighth still reads every byte, in a fraction of the memory.
        image.draft(None, (max(1, width // 8), max(1, height // 8)))
        image.load()
    return {"width": width, "height": height, "frames": frames, "format": image.format}, b""


def image_page(content: bytes, ask: dict[str, Any]) -> Answer:
    if ask["number"] != 1:
        raise Refused("no_such_page")
    with _image(content, ask["max_pixels"]) as image:
        image.draft(None, (ask["width"] * 2, ask["max_height"] * 2))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((ask["width"], ask["max_height"]))
        return _encoded(upright, ask)


@contextlib.contextmanager
def _pdf(content: bytes) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        # PDFium leaves the error of an earlier file standing when it has none for this one.
        locked = error.err_code == pdfium_raw.FPDF_ERR_PASSWORD and b"/Encrypt" in content
        raise Refused("encrypted" if locked else "damaged") from None
    try:
        document.init_forms()
        yield document
    except pdfium.PdfiumError:
        raise Refused("damaged") from None
    finally:
        document.close()


@contextlib.contextmanager
def _image(content: bytes, max_pixels: int) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
            if image.width * image.height > max_pixels:
                raise Refused("too_many_pixels")
            yield image
    except (OSError, ValueError, SyntaxError, struct.error, EOFError):
        raise Refused("damaged") from None


def _encoded(image: Image.Image, ask: dict[str, Any]) -> Answer:
    out = io.BytesIO()
    flat = _on_white(image)
    if ask["format"] == "webp":
        flat.save(out, "WEBP", quality=80, method=2)
    else:
        flat.save(out, "PNG")
    return {"width": flat.width, "height": flat.height}, out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "L"):
        return image
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    white = Image.new("RGB", layer.size, "white")
    white.paste(layer, mask=layer.getchannel("A"))
    return white


def _active_parts(content: bytes) -> list[str]:
    """List what a PDF would run or start by itself: scripts, programs, sent forms."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        return sorted(_Search().of(reader.root_object))
    except Refused:
        raise
    except Exception:
        # Whatever a parser stumbles over, a file that cannot be searched is not let in.
        raise Refused("unsearchable") from None


class _Search:
    """Walks every place that may hold an action: catalogue, names, form fields, pages."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._seen: set[tuple[int, int]] = set()
        self._steps = 0

    def of(self, root: DictionaryObject) -> set[str]:
        self._actions(root)
        names = _part(root, "/Names")
        if names and "/JavaScript" in names:
            self.found.add("JavaScript")
        form = _part(root, "/AcroForm")
        if form:
            if "/XFA" in form:  # a form of its own kind, with scripts inside its XML
                self.found.add("XFA")
            self._each(form.get("/Fields"), "/Kids")
        self._each(root.get("/Pages"), "/Kids")
        outlines = _part(root, "/Outlines")
        if outlines:
            self._siblings(outlines.get("/First"))
        return self.found

    def _siblings(self, node: Any) -> None:
        pending = [node]
        while pending:
            entry = self._enter(pending.pop())
            if isinstance(entry, DictionaryObject):
                self._actions(entry)
                pending += [entry.get("/First"), entry.get("/Next")]

    def _each(self, node: Any, children: str) -> None:
        pending = [node]
        while pending:
            entry = self._enter(pending.pop())
            if isinstance(entry, ArrayObject):
                pending += list(entry)
            elif isinstance(entry, DictionaryObject):
                self._actions(entry)
                pending += [entry.get(children), entry.get("/Annots")]

    def _enter(self, node: Any) -> Any:
        """This method will resolve a node not seen before, and count it."""
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Refused("unsearchable")
        reference = getattr(node, "indirect_reference", None)
        if isinstance(node, pypdf.generic.IndirectObject):
            reference = node
        if reference is not None:
            key = (reference.idnum, reference.generation)
            if key in self._seen:
                return None
            self._seen.add(key)
        return node.get_object() if node is not None else None

    def _actions(self, entry: DictionaryObject) -> None:
        triggers = _part(entry, "/AA")
        by_itself = list(triggers.values()) if triggers else []
        self._chain([entry.get("/OpenAction"), *by_itself], _CALLING)
        self._chain([entry.get("/A")], _ACTIVE)
        if entry.get("/Subtype") in ("/RichMedia", "/Movie", "/Screen"):
            self.found.add(str(entry["/Subtype"])[1:])

    def _chain(self, starts: list[Any], refused: set[str]) -> None:
        while starts:
            action = self._enter(starts.pop())
            if isinstance(action, ArrayObject):
                starts += [one for one in action if not isinstance(one, (int, float, str))]
            if isinstance(action, DictionaryObject):
                if action.get("/S") in refused:
                    self.found.add(str(action["/S"])[1:])
                starts.append(action.get("/Next"))


def _part(entry: DictionaryObject, key: str) -> DictionaryObject | None:
    found = entry.get(key)
    found = found.get_object() if found is not None else None
    return found if isinstance(found, DictionaryObject) else None


JOBS: dict[str, Callable[[bytes, dict[str, Any]], Answer]] = {
    "pdf_facts": pdf_facts,
    "pdf_pages": pdf_pages,
    "pdf_page": pdf_page,
    "pdf_with_sheet": pdf_with_sheet,
    "pdf_data": pdf_data,
    "image_facts": image_facts,
    "image_page": image_page,
}


def answer(ask: dict[str, Any], content: bytes) -> Answer:
    try:
        return JOBS[ask["job"]](content, ask)
    except Refused as refused:
        return {"refused": str(refused)}, b""
    except (MemoryError, RecursionError):
        return {"refused": "too_heavy"}, b""
    except Exception as error:
        # Anything else a parser throws at a strange file means that file cannot be read.
        return {"refused": "damaged", "fault": f"{type(error).__name__}: {error}"[:200]}, b""


def send(pipe: IO[bytes], head: dict[str, Any], body: bytes) -> None:
    """Write one message: two lengths, the JSON head, the body."""
    text = json.dumps(head).encode()
    pipe.write(struct.pack(">II", len(text), len(body)) + text)
    pipe.write(body)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one message; None when the other side is gone."""
    lengths = pipe.read(8)
    if len(lengths) < 8:
        return None
    head, body = struct.unpack(">II", lengths)
    text, content = pipe.read(head), pipe.read(body)
    return (json.loads(text), content) if len(content) == body else None


def _confine() -> None:
    """Take away what reading a file never needs; where the system has no such limits, go on."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    _confine()
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # our own bound is checked first and has its own words
    while (message := receive(sys.stdin.buffer)) is not None:
        ask, content = message
        _end_after(ask["seconds"])
        send(sys.stdout.buffer, *answer(ask, content))
        _end_after(0)


def _end_after(seconds: float) -> None:
    """Have the system end this process by itself, should nobody be left to kill it; 0 undoes it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + 1 if seconds else 0)


if __name__ == "__main__":
    main()
