# SPDX-License-Identifier: Apache-2.0
"""Django's PostgreSQL, which asks the socket instead of the server whether it is still there."""
