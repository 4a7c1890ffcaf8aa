# SPDX-License-Identifier: Apache-2.0
"""What a verification of a PDF says, in words for anybody."""

from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words

_TITLES = {
    "file": Words("文件", "File"),
    "digest": Words("内容完整", "Content"),
    "signature": Words("签名", "Signature"),
    "changes": Words("签后改动", "Later changes"),
    "certificate": Words("证书", "Certificate"),
    "revocation": Words("证书吊销", "Revocation"),
    "time": Words("签署时间", "Time of signing"),
}
_PASSED, _UNKNOWN, _FAILED = Verdict.PASSED, Verdict.UNKNOWN, Verdict.FAILED

_SAID: dict[tuple[str, str], tuple[Verdict, str, str]] = {
    ("file", "too_large"): (
        _UNKNOWN,
        "文件超过 {most} MB，没有验证。",
        "The file is larger than {most} MB and was not verified.",
    ),
    ("file", "damaged"): (
        _FAILED,
        "文件不是完整的 PDF，或已损坏、被改动。",
        "The file is no proper PDF, or was damaged or changed.",
    ),
    ("file", "too_complex"): (
        _FAILED,
        "文件结构异常复杂，无法验证。",
        "The file is built in an abnormally complex way and cannot be verified.",
    ),
    ("file", "encrypted"): (
        _UNKNOWN,
        "文件设有密码，无法验证，请提供未加密的原件。",
        "The file is encrypted and cannot be verified. Provide the original.",
    ),
    ("file", "unsigned"): (
        _UNKNOWN,
        "文件里没有电子签名或电子印章，无从验证。",
        "The file holds no electronic signature or seal; there is nothing to verify.",
    ),
    ("digest", "intact"): (
        _PASSED,
        "签署时的内容一字未改。",
        "What was signed is unchanged, to the last byte.",
    ),
    ("digest", "changed"): (
        _FAILED,
        "签署后内容被改过，与签署时不一致。",
        "The content was changed after signing and is not what was signed.",
    ),
    ("digest", "uncovered"): (
        _FAILED,
        "签名没有覆盖文件的全部内容，可能有内容被替换。",
        "The signature does not cover the whole content; parts may have been replaced.",
    ),
    ("signature", "valid"): (
        _PASSED,
        "签名由证书持有者的私钥作出。",
        "The signature was made with the key of the certificate's holder.",
    ),
    ("signature", "invalid"): (
        _FAILED,
        "签名与证书对不上，是伪造的或已被改动。",
        "The signature does not match the certificate: it is forged or was changed.",
    ),
    ("signature", "irregular"): (
        _FAILED,
        "签名数据不合规范，可能被改动过。",
        "The data of the signature breaks the rules; it may have been changed.",
    ),
    ("signature", "unsupported"): (
        _UNKNOWN,
        "签名是已停用的旧格式，这里不验证。",
        "The signature is of a kind no longer in use and is not verified here.",
    ),
    ("signature", "weak"): (
        _FAILED,
        "签名用的摘要算法已不安全，可以伪造。",
        "The digest used by the signature is no longer safe; it can be forged.",
    ),
    ("changes", "none"): (
        _PASSED,
        "签署之后文件没有任何改动。",
        "Nothing was added to the file after signing.",
    ),
    ("changes", "allowed"): (
        _PASSED,
        "签署之后只追加了允许的内容（后续签名、印章或验证资料）。",
        "Only what is allowed was added after signing: later signatures or evidence.",
    ),
    ("changes", "forbidden"): (
        _FAILED,
        "盖章后有人改过文件：追加的改动不在允许之列。",
        "Somebody changed the file after it was signed: what was added is not allowed.",
    ),
    ("changes", "unsigned"): (
        _FAILED,
        "最后一个签名之后，文件又被追加了内容。",
        "Something was added to the file after the last signature.",
    ),
    ("certificate", "trusted"): (
        _PASSED,
        "证书由受信任的机构“{issuer}”签发，签署时有效。",
        "The certificate was issued by the trusted authority “{issuer}” and valid at signing.",
    ),
    ("certificate", "test"): (
        _PASSED,
        "证书由测试机构“{issuer}”签发，没有法律效力。",
        "The certificate comes from the test authority “{issuer}” and proves nothing in law.",
    ),
    ("certificate", "untrusted"): (
        _UNKNOWN,
        "证书由这里不认识的机构“{issuer}”签发，无法确认签署人身份。",
        "The certificate comes from “{issuer}”, not known here; who signed cannot be confirmed.",
    ),
    ("certificate", "expired"): (
        _FAILED,
        "签署时证书已经过期。",
        "The certificate had expired when it was used.",
    ),
    ("certificate", "expired_since"): (
        _UNKNOWN,
        "证书现已过期，又没有时间戳证明是在有效期内签署的。",
        "The certificate has expired, and no time stamp shows that it was used before.",
    ),
    ("certificate", "not_yet"): (
        _FAILED,
        "签署时证书还没有生效。",
        "The certificate was not yet valid when it was used.",
    ),
    ("certificate", "unfit"): (
        _FAILED,
        "证书不是签发来做这种用途的。",
        "The certificate was not issued for this use.",
    ),
    ("certificate", "forged"): (
        _FAILED,
        "证书链不成立：有证书是伪造的或已被改动。",
        "The chain of certificates does not hold: one is forged or was changed.",
    ),
    ("revocation", "good"): (
        _PASSED,
        "签署时证书没有被吊销，有发证机构的证明。",
        "The authority's evidence shows that the certificate was not revoked at signing.",
    ),
    ("revocation", "revoked"): (
        _FAILED,
        "证书已于 {at} 被吊销，签署在此之后。",
        "The certificate was revoked at {at}, before it was used.",
    ),
    ("revocation", "unknown"): (
        _UNKNOWN,
        "文件里没有证书是否吊销的证明，需要联网核对。",
        "The file holds no evidence on revocation; it must be looked up.",
    ),
    ("revocation", "unproved"): (
        _UNKNOWN,
        "证书已于 {at} 被吊销，没有时间戳证明签署在此之前。",
        "The certificate was revoked at {at}; no time stamp shows that it was used before.",
    ),
    ("revocation", "unchecked"): (
        _UNKNOWN,
        "证书链没有确认，吊销情况无从核对。",
        "Without a confirmed chain, revocation cannot be checked.",
    ),
    ("time", "proved"): (
        _PASSED,
        "时间戳证明不晚于 {at} 签署。",
        "A time stamp proves that it was signed no later than {at}.",
    ),
    ("time", "claimed"): (
        _UNKNOWN,
        "没有时间戳，签署时间由签署人自报（{at}），未经证明。",
        "There is no time stamp; the time ({at}) is what the signer says, not proved.",
    ),
    ("time", "unknown"): (
        _UNKNOWN,
        "没有时间戳，也没有写明签署时间。",
        "There is no time stamp, and no time of signing is told.",
    ),
    ("time", "invalid"): (
        _FAILED,
        "时间戳无效：它不是为这个签名盖的，或已被改动。",
        "The time stamp is not valid: it belongs to something else or was changed.",
    ),
    ("time", "untrusted"): (
        _UNKNOWN,
        "时间戳由这里不认识的机构“{issuer}”签发，时间无法确认。",
        "The time stamp comes from “{issuer}”, not known here; the time cannot be confirmed.",
    ),
    ("time", "expired"): (
        _UNKNOWN,
        "时间戳的证书已过期，存档时没有续期，时间无法确认。",
        "The time stamp's certificate has expired and was not renewed; the time is not confirmed.",
    ),
    ("time", "revoked"): (
        _FAILED,
        "时间戳机构的证书已被吊销，时间不可信。",
        "The time stamp's certificate was revoked; the time cannot be believed.",
    ),
    ("time", "future"): (
        _FAILED,
        "时间戳的时间在将来，不可信。",
        "The time stamp lies in the future and cannot be believed.",
    ),
}


def check(code: str, outcome: str, **about: str) -> Check:
    """Give the check of that outcome, in words."""
    verdict, chinese, english = _SAID[code, outcome]
    detail = Words(chinese.format(**about), english.format(**about))
    return Check(code, _TITLES[code], verdict, detail)
