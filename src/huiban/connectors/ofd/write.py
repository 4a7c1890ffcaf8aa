# SPDX-License-Identifier: Apache-2.0
"""Writes pages as an OFD (GB/T 33190 版式文件) with its words to search and its data attached."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from huiban.connectors.ofd.layout import Color, Drawing, Image, Page, Words, number, numbers
from huiban.connectors.ofd.package import pack
from huiban.connectors.ofd.xml import clean, root, tag

DOCUMENT = "Doc_0"
_FONT = 1
_IDENTITY = (1.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Meta:
    """What an OFD says of itself; `attachments` are files by name, data.json among them."""

    title: str
    author: str
    dated: date
    attachments: Mapping[str, bytes]


def write(pages: Sequence[Page], meta: Meta) -> bytes:
    """Write an OFD without seals; the same pages and data give the same bytes."""
    ids = count(_FONT + 1)
    images = {png: next(ids) for png in dict.fromkeys(_images(pages))}
    files: dict[str, bytes] = {}
    listed = []
    for place, page in enumerate(pages):
        path = f"Pages/Page_{place}/Content.xml"
        listed.append(tag("Page", {"ID": next(ids), "BaseLoc": path}))
        files[f"{DOCUMENT}/{path}"] = _content(page, images, ids)
    for png, name in images.items():
        files[f"{DOCUMENT}/Res/image_{name}.png"] = png
    if images:
        files[f"{DOCUMENT}/DocumentRes.xml"] = _media(images)
    files[f"{DOCUMENT}/PublicRes.xml"] = _fonts()
    files |= _attached(meta)
    document = _document(pages, listed, bool(images), bool(meta.attachments), next(ids))
    called = hashlib.sha256(document + b"".join(files.values())).hexdigest()[:32]
    return pack({"OFD.xml": _front(meta, called), f"{DOCUMENT}/Document.xml": document} | files)


def _front(meta: Meta, name: str) -> bytes:
    said = {
        "DocID": name,
        "Title": meta.title,
        "Author": meta.author,
        "CreationDate": meta.dated.isoformat(),
        "Creator": "huiban",
    }
    info = tag("DocInfo", None, *(tag(key, text=text) for key, text in said.items()))
    body = tag("DocBody", None, info, tag("DocRoot", text=f"{DOCUMENT}/Document.xml"))
    return root("OFD", {"Version": "1.1", "DocType": "OFD"}, body)


def _document(
    pages: Sequence[Page], listed: list[str], has_images: bool, has_attachments: bool, last: int
) -> bytes:
    area = tag("PageArea", None, tag("PhysicalBox", text=_box(pages[0])))
    resources = [tag("PublicRes", text="PublicRes.xml")]
    if has_images:
        resources.append(tag("DocumentRes", text="DocumentRes.xml"))
    common = tag("CommonData", None, tag("MaxUnitID", text=str(last)), area, *resources)
    parts = [common, tag("Pages", None, *listed)]
    if has_attachments:
        parts.append(tag("Attachments", text="Attachs/Attachments.xml"))
    return root("Document", None, *parts)


def _fonts() -> bytes:
    # The words are there to be searched and copied; what is seen is drawn, so nothing is embedded.
    font = tag("Font", {"ID": _FONT, "FontName": "宋体", "FamilyName": "宋体"})
    return root("Res", {"BaseLoc": "Res"}, tag("Fonts", None, font))


def _media(images: Mapping[bytes, int]) -> bytes:
    each = [
        tag(
            "MultiMedia",
            {"ID": name, "Type": "Image", "Format": "PNG"},
            tag("MediaFile", text=f"image_{name}.png"),
        )
        for name in images.values()
    ]
    return root("Res", {"BaseLoc": "Res"}, tag("MultiMedias", None, *each))


def _attached(meta: Meta) -> dict[str, bytes]:
    if not meta.attachments:
        return {}
    folder = f"{DOCUMENT}/Attachs"
    rows = [
        tag(
            "Attachment",
            {
                "ID": f"A{place}",
                "Name": name,
                "Format": name.rpartition(".")[2],
                "CreationDate": meta.dated.isoformat(),
                "Size": f"{len(content) / 1024:.2f}",
                "Visible": "true",
            },
            tag("FileLoc", text=name),
        )
        for place, (name, content) in enumerate(meta.attachments.items(), 1)
    ]
    files = {f"{folder}/{name}": content for name, content in meta.attachments.items()}
    return {f"{folder}/Attachments.xml": root("Attachments", None, *rows)} | files


def _content(page: Page, images: Mapping[bytes, int], ids: Iterator[int]) -> bytes:
    box = _box(page)
    layer = next(ids)
    parts = [
        _image(one, images[one.png], next(ids))
        if isinstance(one, Image)
        else _drawing(one, box, next(ids))
        for one in page.parts
    ]
    words = [_words(one, box, next(ids)) for one in page.words if clean(one.text).strip()]
    area = tag("Area", None, tag("PhysicalBox", text=box))
    drawn = tag("Layer", {"ID": layer, "Type": "Body"}, *parts, *words)
    return root("Page", None, area, tag("Content", None, drawn))


def _drawing(one: Drawing, box: str, name: int) -> str:
    left, top = one.clip[:2] if one.clip else (0.0, 0.0)
    told: dict[str, object] = {
        "ID": name,
        "Boundary": numbers(one.clip) if one.clip else box,
        "Stroke": "true" if one.pen else "false",
        "Fill": "true" if one.fill else "false",
    }
    if one.is_even_odd:
        told["Rule"] = "Even-Odd"
    inside = []
    if one.pen:
        told |= {"LineWidth": number(one.pen.width), "Cap": one.pen.cap, "Join": one.pen.join}
        if one.pen.dashes:
            told |= {"DashPattern": numbers(one.pen.dashes)}
            told |= {"DashOffset": number(one.pen.dash_offset)}
        inside.append(_color("StrokeColor", one.pen.color))
    if one.fill:
        inside.append(_color("FillColor", one.fill))
    data = " ".join(_data(one, left, top))
    return tag("PathObject", told, *inside, tag("AbbreviatedData", text=data))


def _data(one: Drawing, left: float, top: float) -> Iterator[str]:
    # A hundredth of a millimetre does for the outlines of letters, which are most of a page.
    digits = 2 if one.is_text else 3
    for kind, points in one.segments:
        yield kind
        for place, value in enumerate(points):
            yield number(value - (top if place % 2 else left), digits)


def _image(one: Image, resource: int, name: int) -> str:
    wide, _, _, high, left, top = one.matrix
    told = {
        "ID": name,
        "Boundary": numbers((left, top, wide, high)),
        "CTM": numbers((wide, 0, 0, high, 0, 0)),
        "ResourceID": resource,
    }
    return tag("ImageObject", told)


def _words(one: Words, box: str, name: int) -> str:
    turned, (left, top) = one.matrix[:4], one.matrix[4:]
    told: dict[str, object] = {
        "ID": name,
        "Boundary": box,
        "Font": _FONT,
        "Size": number(one.size),
        "Alpha": 0,
    }
    at = {"X": number(left), "Y": number(top)}
    if any(abs(a - b) > 1e-6 for a, b in zip(turned, _IDENTITY, strict=True)):
        told["CTM"] = numbers((*turned, left, top))
        at = {"X": "0", "Y": "0"}
    code: dict[str, object] = dict(at)
    if one.steps:
        code["DeltaX"] = numbers(one.steps)
    return tag("TextObject", told, tag("TextCode", code, text=one.text))


def _color(name: str, color: Color) -> str:
    told: dict[str, object] = {"Value": " ".join(map(str, color[:3]))}
    if color[3] != 255:
        told["Alpha"] = color[3]
    return tag(name, told)


def _box(page: Page) -> str:
    return numbers((0, 0, page.width, page.height))


def _images(pages: Iterable[Page]) -> Iterator[bytes]:
    return (one.png for page in pages for one in page.parts if isinstance(one, Image))
