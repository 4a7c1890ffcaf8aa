# SPDX-License-Identifier: Apache-2.0
"""The shape of a pack's files: one pydantic model a file, the single source of the reference."""
