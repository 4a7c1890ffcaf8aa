# SPDX-License-Identifier: Apache-2.0
"""Reads an OFD: its files, title, pages with their words, attachments, and where its seals are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from huiban.connectors.ofd import xml
from huiban.connectors.ofd.package import BadPackage, unpack

FRONT = "OFD.xml"


@dataclass(frozen=True)
class Ofd:
    """An OFD taken apart; paths have no leading slash."""

    files: Mapping[str, bytes]

    @cached_property
    def body(self) -> Element:
        bodies = self.xml(FRONT).findall("DocBody")
        if len(bodies) != 1:
            raise BadPackage(
                f"{FRONT} 里有 {len(bodies)} 份文档，只支持一份",
                f"{FRONT} holds {len(bodies)} documents; one is supported",
            )
        return bodies[0]

    @cached_property
    def document_path(self) -> str:
        return xml.resolved(xml.text_of(self.body, "DocRoot"), FRONT)

    @cached_property
    def document(self) -> Element:
        return self.xml(self.document_path)

    @property
    def title(self) -> str:
        return xml.text_of(self.body, "DocInfo/Title")

    @property
    def signatures_path(self) -> str:
        """Where the list of signatures is; empty if nothing was ever signed."""
        told = xml.text_of(self.body, "Signatures")
        return xml.resolved(told, FRONT) if told else ""

    def pages(self) -> list[tuple[str, str]]:
        """Give the pages in order: the name others refer to them by, and their file."""
        listed = self.document.findall("Pages/Page")
        return [
            (one.get("ID", ""), xml.resolved(one.get("BaseLoc", ""), self.document_path))
            for one in listed
        ]

    def texts(self) -> list[str]:
        """Give the words of each page, a line each piece."""
        return ["\n".join(_words(self.xml(path))) for _, path in self.pages()]

    def attachments(self) -> dict[str, bytes]:
        """Give the attached files by name."""
        told = xml.text_of(self.document, "Attachments")
        if not told:
            return {}
        path = xml.resolved(told, self.document_path)
        return {
            one.get("Name", ""): self.file(xml.resolved(xml.text_of(one, "FileLoc"), path))
            for one in self.xml(path).findall("Attachment")
        }

    def file(self, path: str) -> bytes:
        """
        Return one file.

        :raises BadPackage: if the package has none at that path.
        """
        found = self.files.get(path)
        if found is None:
            raise BadPackage(f"缺少文件 {path}", f"the file {path} is missing")
        return found

    def xml(self, path: str) -> Element:
        return xml.read(self.file(path), path)


def read(content: bytes) -> Ofd:
    """
    Take an OFD apart.

    :raises BadPackage: if it is none, or none that every program reads the same.
    """
    found = Ofd(unpack(content))
    if found.xml(FRONT).tag != "OFD":
        raise BadPackage(f"{FRONT} 不是 OFD 的主入口", f"{FRONT} is not the front of an OFD")
    return found


def _words(page: Element) -> Iterator[str]:
    for one in page.iter("TextObject"):
        yield "".join(code.text or "" for code in one.findall("TextCode"))
