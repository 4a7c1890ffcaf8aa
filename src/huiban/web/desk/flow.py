# SPDX-License-Identifier: Apache-2.0
"""The process of a case as a picture: done, current and ahead, with the same said as a list."""

from django.utils.safestring import SafeString, mark_safe

from huiban.kernel.process_diagram import to_svg
from huiban.services.casepage import CasePage


def diagram(page: CasePage, language: str, *, vertical: bool = False) -> SafeString:
    """Draw the chart with what is done and where the case is; `vertical` is for phones."""
    done = tuple(step.name for step in page.path if step.mark == "done")
    # The kernel escapes every word of the chart that it draws.
    here = page.standing.configuration
    return mark_safe(to_svg(page.chart, language, here, done, vertical=vertical))
