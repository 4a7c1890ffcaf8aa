# SPDX-License-Identifier: Apache-2.0
"""The same errands for programs: JSON in, JSON out, described by one OpenAPI document."""
