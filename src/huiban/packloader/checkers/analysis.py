# SPDX-License-Identifier: Apache-2.0
"""A pack in use asks (数据核验) only registers whose providers agreed to its purpose."""

from huiban.packloader.build_analysis import ANALYSIS
from huiban.packloader.build_scenario import Draft
from huiban.packloader.quality import Level


def check(draft: Draft) -> None:
    """Check the purposes of every register asked; a draft may still be agreeing on them."""
    if draft.analysis is None or draft.pack is None or draft.quality is None:
        return
    if draft.quality.level is Level.DRAFT:
        return
    resources = draft.common.catalogue.resources
    for index, one in enumerate(draft.analysis.lookups):
        resource = resources.get(one.source)
        if resource is not None and draft.pack.code not in resource.purposes:
            message = f"'{one.source}' may not be asked for '{draft.pack.code}'"
            cure = "agree with its provider, add the purpose"
            draft.folder.note(ANALYSIS, ("lookups", index, "source"), message, cure)
