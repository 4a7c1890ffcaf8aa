# SPDX-License-Identifier: Apache-2.0
"""Places told to screen readers: put into the structure of a tagged PDF (PDF/UA-1, 7.18)."""

from huiban.connectors.pades.revision import Document, Hidden, Update
from huiban.connectors.pades.syntax import Dictionary, Name, Raw, Ref, Value, text, whole


class Structure:
    """The structure of a document, to be extended by widgets; there may be none."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._root_at, self._root = _root(document)
        self._parents = dict(self._dictionary(b"ParentTree"))
        self._next = whole(self._root.get(b"ParentTreeNextKey", Raw(b"0")))
        self._made: list[tuple[int, Ref]] = []

    @property
    def is_there(self) -> bool:
        """
        Whether widgets can be added: there is a structure, and its tree is a plain list.

        Larger ones of other people's are left as they are: the places work without.
        """
        return self._root_at is not None and b"Nums" in self._parents and self._top() is not None

    def _dictionary(self, key: bytes) -> Dictionary:
        return self._document.dictionary(self._root.get(key))

    def _top(self) -> Ref | None:
        found = self._root.get(b"K")
        found = found[0] if isinstance(found, list) and len(found) == 1 else found
        return found if isinstance(found, Ref) else None

    def add(self, update: Update, widget: Ref, page: Ref, title: str) -> Raw:
        """This method will put a widget behind all else and give its key as a structure parent."""
        top = self._top()
        assert top is not None, "asked only where there is a structure"
        seen: Dictionary = {b"Type": Name(b"OBJR"), b"Obj": widget, b"Pg": page}
        element: Dictionary = {
            b"Type": Name(b"StructElem"),
            b"S": Name(b"Form"),
            b"P": top,
            b"Pg": page,
            b"Alt": text(title),
            b"K": seen,  # not in an array: there pyHanko would not know the widget again
        }
        key = self._next + len(self._made)
        self._made.append((key, update.add(element)))
        return Raw(b"%d" % key)

    def put(self, update: Update) -> None:
        """This method will write the structure with what was added."""
        top = self._top()
        if not self._made or top is None or self._root_at is None:
            return
        entries = dict(self._document.dictionary(top))
        below = entries.get(b"K", [])
        listed = below if isinstance(below, list) else [below]
        entries[b"K"] = [*listed, *(element for _, element in self._made)]
        update.put(top, entries)
        numbers: list[Value] = list(self._document.array(self._parents[b"Nums"]))
        for key, element in self._made:
            numbers += [Raw(b"%d" % key), element]
        parents: Dictionary = self._parents | {b"Nums": numbers}
        at = self._root.get(b"ParentTree")
        root = self._root | {b"ParentTreeNextKey": Raw(b"%d" % (self._next + len(self._made)))}
        if isinstance(at, Ref):
            update.put(at, parents)
        else:
            root[b"ParentTree"] = parents
        update.put(self._root_at, root)


def _root(document: Document) -> tuple[Ref | None, Dictionary]:
    """This function will find the structure's root; one in an object stream counts as none."""
    at = document.dictionary(document.root).get(b"StructTreeRoot")
    try:
        root = document.dictionary(at)
        parents = document.dictionary(root.get(b"ParentTree"))
        for one in (parents.get(b"Nums"), root.get(b"K")):
            document.get(one[0] if isinstance(one, list) and one else one)
    except Hidden:
        return None, {}
    return (at, root) if isinstance(at, Ref) else (None, {})
