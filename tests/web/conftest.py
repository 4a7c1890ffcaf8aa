# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests of the pages."""

from tests.web.desk_visitor import city, number
from tests.web.portal_visitor import clerk, draft, town

__all__ = ["city", "clerk", "draft", "number", "town"]
