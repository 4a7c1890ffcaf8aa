# SPDX-License-Identifier: Apache-2.0
"""Loading scenario packs from a folder, or one version of a pack from its stored texts."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from huiban.kernel.connection import Connection
from huiban.kernel.resource import Catalogue
from huiban.packloader.build_analysis import ANALYSIS
from huiban.packloader.build_review import REVIEW
from huiban.packloader.build_scenario import Draft, build, scenario_of
from huiban.packloader.common import load_common
from huiban.packloader.connections import load_connections
from huiban.packloader.folder import Folder, digest_of, files_in, texts_in
from huiban.packloader.problem import Problem
from huiban.packloader.resources import RESOURCES, load_resources
from huiban.packloader.values import Common, Loaded, Scenario, Source

COMMON = "common"


class PackRefused(ValueError):
    """Texts that make no scenario; `problems` holds every reason."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_scenarios(root: Path) -> Loaded:
    """Load every pack under `root`; one that cannot be built is left out, with its problems."""
    common, problems = load_common(texts_in(root / COMMON), f"{root.name}/{COMMON}")
    catalogue, faults = read_resources(root)
    problems += faults
    connections, faults = read_connections(root, catalogue)
    problems += faults
    common = with_registers(common, catalogue)
    scenarios: dict[str, Scenario] = {}
    for folder in pack_folders(root):
        draft = read_pack(folder, common)
        problems += draft.folder.all_problems()
        scenario = scenario_of(draft)
        if scenario:
            scenarios[scenario.code] = scenario
    return Loaded(scenarios, common, tuple(problems), catalogue, connections)


def with_registers(common: Common, catalogue: Catalogue) -> Common:
    """Every resource of the catalogue is a source of forms (系统填), by its key."""
    shared = {
        one.key: Source(
            one.key,
            "shared",
            one.name,
            tuple(item.key for item in one.items),
            one.keys,
            one.purposes,
        )
        for one in catalogue.resources.values()
    }
    return replace(common, sources={**shared, **common.sources}, catalogue=catalogue)


def read_resources(root: Path) -> tuple[Catalogue, list[Problem]]:
    """Read the catalogue of data resources beside the packs; a city may have none yet."""
    folder = root / RESOURCES
    texts = texts_in(folder) if folder.is_dir() else {}
    return load_resources(texts, f"{root.name}/{RESOURCES}")


def read_connections(
    root: Path, catalogue: Catalogue
) -> tuple[dict[str, Connection], list[Problem]]:
    """Read how registers are reached; one without a connection is not asked."""
    folder = root / RESOURCES
    texts = texts_in(folder) if folder.is_dir() else {}
    return load_connections(texts, catalogue, f"{root.name}/{RESOURCES}")


def load_texts(texts: Mapping[str, str], common: Common) -> Scenario:
    """
    Load one scenario from its texts, such as those of a published version.

    :raises PackRefused: with every problem there is.
    """
    folder = Folder("", texts, "")
    scenario = scenario_of(build(folder, common))
    faulty = {one.path for one in folder.all_problems()}
    if scenario is None and faulty and faulty <= {ANALYSIS, REVIEW}:
        # Registers and kinds of material come and go; a case filed under an older version is
        # handled all the same.
        rest = {file: text for file, text in texts.items() if file not in faulty}
        return replace(load_texts(rest, common), texts=texts, digest=digest_of(texts))
    if scenario is None:
        raise PackRefused(folder.all_problems())
    return scenario


def read_pack(path: Path, common: Common) -> Draft:
    """Read one pack folder as far as it goes."""
    texts = texts_in(path)
    others = tuple(sorted(file for file in files_in(path) if file not in texts))
    return build(Folder(path.name, texts, f"{path.parent.name}/{path.name}", others), common)


def pack_folders(root: Path) -> list[Path]:
    """List the folders under `root` that hold a pack."""
    return [path for path in sorted(root.iterdir()) if (path / "pack.yaml").is_file()]
