# SPDX-License-Identifier: Apache-2.0
"""The words a person agrees to by signing or sealing (签署声明), kept as they were shown."""

from huiban.kernel.words import Words
from huiban.store.models import Ceremony


def statement(ceremony: Ceremony, *, is_seal: bool) -> Words:
    """Give the words for one document that was read through."""
    return _seal(ceremony) if is_seal else _sign(ceremony)


def batch_statement(department: Words) -> Words:
    """Give the words for documents sealed in one go."""
    return Words(
        f"我已经逐份核对勾选的文书，同意以{department.zh}的名义在每一份上加盖电子印章，"
        "并对用印负责。",
        f"I have checked each of the documents ticked and agree to seal every one of them in the "
        f"name of {department.speak('en')}; I answer for this use of the seal.",
    )


def _sign(ceremony: Ceremony) -> Words:
    title, pages, whom = ceremony.title, ceremony.pages, ceremony.acting_for
    zh_whom = f"代表{whom}" if whom else "以本人名义"
    en_whom = f"on behalf of {whom}" if whom else "in my own name"
    return Words(
        f"我已经阅读《{title}》的全部 {pages} 页，内容真实、准确，是我的真实意思。"
        f"我同意{zh_whom}用电子签名签署这份文书，知道可靠的电子签名与手写签名或者盖章"
        "具有同等的法律效力（电子签名法第十四条）。",
        f"I have read all {pages} pages of “{title}”; what it says is true and is what I intend. "
        f"I agree to sign it electronically {en_whom}, knowing that a reliable electronic "
        "signature has the same legal effect as a handwritten one (Electronic Signature Law, "
        "art. 14).",
    )


def _seal(ceremony: Ceremony) -> Words:
    title, pages, whom = ceremony.title, ceremony.pages, ceremony.acting_for
    return Words(
        f"我已经核对《{title}》的全部 {pages} 页，同意以{whom}的名义加盖电子印章，并对用印负责。",
        f"I have checked all {pages} pages of “{title}” and agree to seal it in the name of "
        f"{whom}; I answer for this use of the seal.",
    )
