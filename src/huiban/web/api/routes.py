# SPDX-License-Identifier: Apache-2.0
"""Every address of the API; the OpenAPI document is made from this one list."""

from huiban.web.api import (
    applications,
    cases,
    drafts,
    items,
    materials,
    me,
    openapi,
    papers,
    registers,
    review,
    uses,
)

_ERRANDS = (
    *me.ROUTES, *items.ROUTES, *drafts.ROUTES, *applications.ROUTES, *cases.ROUTES, *papers.ROUTES,
    *registers.ROUTES, *materials.ROUTES, *uses.ROUTES, *review.ROUTES,
)  # fmt: skip
ROUTES = (*_ERRANDS, openapi.route(_ERRANDS))
