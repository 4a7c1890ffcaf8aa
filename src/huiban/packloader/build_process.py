# SPDX-License-Identifier: Apache-2.0
"""From a written process to a compiled chart, its faults told with file and line."""

from collections.abc import Mapping

from huiban.kernel.process import Chart, ChartFault, ChartRefused, compile_chart
from huiban.kernel.rule import Schema
from huiban.packloader import strict
from huiban.packloader.folder import Folder
from huiban.packloader.values import Role


def process_files(folder: Folder) -> list[str]:
    """List process.yaml and processes/*.yaml."""
    own = ["process.yaml"] if "process.yaml" in folder.texts else []
    return own + folder.files("processes")


def build_process(
    folder: Folder, file: str, schema: Schema, roles: Mapping[str, Role]
) -> Chart | None:
    """Compile one chart; every fault is noted, None if there is any."""
    node = folder.node(file)
    data = strict.plain(node) if node else None
    if not isinstance(data, Mapping):
        if node:
            folder.note(file, (), "a process is a mapping", "write `process: main`")
        return None
    titles = {code: {"zh": role.title.zh, "en": role.title.en} for code, role in roles.items()}
    try:
        return compile_chart({"roles": titles, **data}, schema)
    except ChartRefused as refused:
        for fault in refused.faults:
            note_fault(folder, file, fault)
        return None


def note_fault(folder: Folder, file: str, fault: ChartFault) -> None:
    """Note a chart's fault at the line its dotted path leads to."""
    path = [int(part) if part.isdigit() else part for part in fault.path.split(".") if part]
    folder.note(file, path, fault.message, fault.cure)
