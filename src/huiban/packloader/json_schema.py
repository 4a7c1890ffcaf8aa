# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas of a pack's files, for editors that complete and check while one types."""

from collections.abc import Mapping

from huiban.packloader.schema.analysis import AnalysisIn
from huiban.packloader.schema.common import CertificatesIn, RolesIn, SourcesIn
from huiban.packloader.schema.connection import ConnectionsIn
from huiban.packloader.schema.example import ExamplesIn
from huiban.packloader.schema.form import FormIn
from huiban.packloader.schema.item import ItemIn
from huiban.packloader.schema.pack import (
    PackIn,
    QualityIn,
    RulesIn,
    SeedIn,
    StatisticsIn,
)
from huiban.packloader.schema.paper import DocumentIn, NoticesIn
from huiban.packloader.schema.part import Part
from huiban.packloader.schema.readings import ReadingsIn
from huiban.packloader.schema.reference_data import (
    CalendarYearIn,
    DepartmentsIn,
    DivisionsIn,
)
from huiban.packloader.schema.resource import (
    CategoriesIn,
    ProvidersIn,
    PurposesIn,
    ResourcesIn,
)
from huiban.packloader.schema.review import ReviewIn

FILES: Mapping[str, type[Part]] = {
    "pack.yaml": PackIn,
    "items/*.yaml": ItemIn,
    "forms/*.yaml": FormIn,
    "rules.yaml": RulesIn,
    "analysis.yaml": AnalysisIn,
    "review.yaml": ReviewIn,
    "documents/*.yaml": DocumentIn,
    "notices.zh.yaml": NoticesIn,
    "statistics.yaml": StatisticsIn,
    "examples/*.yaml": ExamplesIn,
    "seed.yaml": SeedIn,
    "quality.yaml": QualityIn,
}
"""The files of a pack and their models, in the order an author writes them."""

COMMON_FILES: Mapping[str, type[Part]] = {
    "common/divisions.yaml": DivisionsIn,
    "common/departments.yaml": DepartmentsIn,
    "common/calendar/*.yaml": CalendarYearIn,
    "common/roles.yaml": RolesIn,
    "common/sources.yaml": SourcesIn,
    "common/certificates.yaml": CertificatesIn,
    "common/readings.yaml": ReadingsIn,
    "resources/providers.yaml": ProvidersIn,
    "resources/categories.yaml": CategoriesIn,
    "resources/purposes.yaml": PurposesIn,
    "resources/*.yaml": ResourcesIn,
    "resources/connections/*.yaml": ConnectionsIn,
}


def schemas() -> dict[str, object]:
    """Return a JSON Schema (2020-12) for each kind of file."""
    every = {**FILES, **COMMON_FILES}
    return {file: shape.model_json_schema() for file, shape in every.items()}
