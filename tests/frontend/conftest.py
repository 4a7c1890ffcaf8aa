# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the front-end tests."""

from tests.browser import chromium, open_page, site

__all__ = ["chromium", "open_page", "site"]
