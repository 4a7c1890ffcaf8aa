# SPDX-License-Identifier: Apache-2.0
"""XML of an OFD: read without document types and entities, written from names and values."""

from collections.abc import Mapping
from posixpath import normpath
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from huiban.connectors.ofd.package import BadPackage

NAMESPACE = "http://www.ofdspec.org/2016"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MOST_DEPTH = 64
_ALLOWED = {"\t", "\n", "\r"}


def read(content: bytes, name: str) -> Element:
    """
    Parse one file of an OFD; names lose their namespace.

    :raises BadPackage: naming the file, if it is no XML or brings a document type along.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MOST_DEPTH:
            raise BadPackage(f"{name} 嵌套过深", f"{name} is nested too deep")
        builder.start(_local(tag), {_local(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(tag))

    def doctype(*_: object) -> None:
        raise BadPackage(f"{name} 带有文档类型声明（DTD）", f"{name} brings a document type (DTD)")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
        return builder.close()
    except (expat.ExpatError, ParseError, AssertionError, ValueError, LookupError) as fault:
        if isinstance(fault, BadPackage):
            raise
        raise BadPackage(
            f"{name} 不是完好的 XML：{fault}", f"{name} is no sound XML: {fault}"
        ) from None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def text_of(root: Element, path: str) -> str:
    """Return the text at a path below an element, empty where there is none."""
    return (root.findtext(path) or "").strip()


def resolved(loc: str, beside: str) -> str:
    """
    Return the path a location means, written in a file `beside` it.

    >>> resolved("/Doc_0/Document.xml", "OFD.xml"), resolved("Pages/P.xml", "Doc_0/Document.xml")
    ('Doc_0/Document.xml', 'Doc_0/Pages/P.xml')

    :raises BadPackage: if it leads out of the package.
    """
    folder = "" if loc.startswith("/") else beside.rpartition("/")[0]
    path = normpath(f"{folder}/{loc}".lstrip("/")) if loc else ""
    if not path or path == "." or path.startswith("..") or "\\" in loc or "\x00" in loc:
        raise BadPackage(
            f"{beside} 里的路径 {loc!r} 不在包内",
            f"the path {loc!r} in {beside} leads out of the package",
        )
    return path


def tag(
    name: str, attributes: Mapping[str, object] | None = None, *inside: str, text: str = ""
) -> str:
    """Write one element of the OFD namespace."""
    told = "".join(
        f" {key}={quoteattr(clean(str(one)))}" for key, one in (attributes or {}).items()
    )
    body = escape(clean(text)) + "".join(inside)
    return f"<ofd:{name}{told}>{body}</ofd:{name}>" if body else f"<ofd:{name}{told}/>"


def root(name: str, attributes: Mapping[str, object] | None = None, *inside: str) -> bytes:
    """Write a whole file whose outermost element is this one."""
    told = {"xmlns:ofd": NAMESPACE} | dict(attributes or {})
    return (_HEAD + tag(name, told, *inside)).encode()


def clean(text: str) -> str:
    """Leave out what XML cannot say."""
    return "".join(one for one in text if one in _ALLOWED or (one >= " " and _is_character(one)))


def _is_character(one: str) -> bool:
    return not ("\ud800" <= one <= "\udfff") and one not in "\ufffe\uffff"
