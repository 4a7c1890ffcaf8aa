# SPDX-License-Identifier: Apache-2.0
"""`huiban new-pack`: a new scenario pack that starts as the copy of another, as a draft."""

import argparse
import re
import sys
from pathlib import Path

from huiban.cli.check import packs_root
from huiban.packloader.copy_pack import CopyRefused, copied
from huiban.packloader.folder import texts_in
from huiban.packloader.load import pack_folders
from huiban.packloader.problem import did_you_mean

_CODE = re.compile(r"[a-z][a-z0-9_]{1,59}")


def new_pack(root: Path, code: str, like: str) -> Path:
    """
    Write a new pack and return its folder.

    :raises CopyRefused: if the code cannot be used, or there is no pack to copy.
    """
    known = [path.name for path in pack_folders(root)]
    if not _CODE.fullmatch(code):
        raise CopyRefused(f"'{code}' cannot be a code: use a-z, 0-9 and _, beginning with a letter")
    if (root / code).exists():
        raise CopyRefused(f"{root / code} exists already: choose another code or delete it")
    if like not in known:
        raise CopyRefused(f"there is no pack '{like}' ({did_you_mean(like, known)})")
    for file, text in copied(texts_in(root / like), like, code).items():
        path = root / code / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root / code


def add_parser(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `new-pack` to the command line."""
    parser = sub.add_parser("new-pack", help="start a scenario pack", description=__doc__)
    parser.add_argument("code", help="code of the new pack, e.g. citizen_report")
    parser.add_argument("--like", required=True, help="the pack to start from")
    parser.add_argument("--root", type=Path, help="folder of packs (default: ./packs)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run `huiban new-pack`."""
    try:
        path = new_pack(args.root or packs_root(), args.code, args.like)
    except CopyRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    print(f"{path} is written, as a draft. Next: write {path}/examples, then")
    print(f"  huiban check {path}")
    return 0
