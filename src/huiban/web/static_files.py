# SPDX-License-Identifier: Apache-2.0
"""How files for browsers are named in production: by their content, imports between scripts too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Files a browser may keep for ever, because a changed file has another name."""

    support_js_module_import_aggregation = True
