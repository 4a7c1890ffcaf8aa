# SPDX-License-Identifier: Apache-2.0
"""Judging whether a face before a camera is the person it should be (人脸核验)."""
