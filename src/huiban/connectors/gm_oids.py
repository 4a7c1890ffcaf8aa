# SPDX-License-Identifier: Apache-2.0
"""The names of SM2 and SM3 in certificates and signatures (GM/T 0006), made known to asn1crypto."""

from typing import Any

from asn1crypto import algos, keys

SM3 = "1.2.156.10197.1.401"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SM2_CURVE = "1.2.156.10197.1.301"


def register_oids() -> None:
    """Make them known; once more changes nothing."""
    _name(algos.DigestAlgorithmId, SM3, "sm3")
    _name(algos.SignedDigestAlgorithmId, SM2_WITH_SM3, "sm3_sm2")
    _name(keys.NamedCurve, SM2_CURVE, "sm2p256v1")
    keys.NamedCurve._key_sizes[SM2_CURVE] = 32


def _name(kind: Any, oid: str, name: str) -> None:
    kind._map[oid] = name
    if kind._reverse_map is not None:  # made from the map when the kind is first used
        kind._reverse_map[name] = oid


register_oids()
