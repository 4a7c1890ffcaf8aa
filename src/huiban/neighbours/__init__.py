# SPDX-License-Identifier: Apache-2.0
"""The sample city's other departments (相邻部门): their registers as separate, real programs."""
