# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests of the pages."""

from tests.web.desk_visitor import city, number

__all__ = ["city", "number"]
