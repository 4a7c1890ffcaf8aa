# SPDX-License-Identifier: Apache-2.0
"""Papers drawn for measuring how well materials are read; nobody in them exists."""
