# SPDX-License-Identifier: Apache-2.0
"""What people read about passkeys (通行密钥用语): why one does not count, and the cure."""

from huiban.connectors.passkey import Wrong
from huiban.kernel.words import Words

MOST = 10

WRONG = {
    Wrong.UNREADABLE: Words(
        "没有收到设备的回答，请重新开始；浏览器太旧时换一个再试",
        "The device's answer cannot be read; start again, perhaps with a newer browser",
    ),
    Wrong.ORIGIN: Words(
        "设备是在别的网址上回答的，没有通过。请核对地址栏的网址，只在本网站办理",
        "The device answered on another site, so it does not count. Check the address of this page",
    ),
    Wrong.CHALLENGE: Words(
        "设备回答的不是这一次的问题，没有通过。请重新开始",
        "The device answered another question than this one, so it does not count. Start again",
    ),
    Wrong.NOT_VERIFIED: Words(
        "设备没有核对是不是您本人。请在设备上用指纹、面容或者锁屏密码解锁后再回答",
        "The device did not check that it is you. Unlock it by fingerprint, face or its PIN",
    ),
    Wrong.COUNTER: Words(
        "这个通行密钥的使用次数倒退了，可能被人复制过，没有通过。请删除它、重新添加一个，"
        "或者换一种核实方式",
        "This passkey's counter went back: somebody may have copied it, so it does not count. "
        "Remove it and make a new one, or use another way",
    ),
    Wrong.SIGNATURE: Words(
        "设备的签名不对，没有通过。请重新开始；还是不行就删除这个通行密钥，重新添加",
        "The device's signature is wrong. Start again; if it stays so, remove this passkey and "
        "make a new one",
    ),
}
NO_SITE = Words(
    "本网站现在的地址不能使用通行密钥（要有域名和 HTTPS），请用别的方式核实",
    "Passkeys cannot be used under this site's address (it takes a name and HTTPS): use another "
    "way",
)
TOO_MANY = Words(
    f"最多保存 {MOST} 个通行密钥，请先删除不用的",
    f"At most {MOST} passkeys are kept; remove one that is no longer used",
)
KNOWN = Words(
    "这台设备的通行密钥已经添加过了，不用再添加",
    "This device's passkey is on your list already",
)
NONE_YET = Words(
    "您还没有通行密钥，请先添加一个，或者换一种核实方式",
    "You have no passkey yet: add one first, or use another way",
)
ANSWERED = Words(
    "通行密钥已经核对过了，请接着输入验证码",
    "The passkey has been checked; go on with the code",
)
NOT_YOURS = Words(
    "这个通行密钥不在您的账号里，或者已经删除，没有通过。请用您自己添加的设备",
    "This passkey is not on your account, or was removed. Use a device that you added yourself",
)
EXPIRED = Words("这次身份核实已经过期，请重新核实", "This identity check has expired; do it again")
OVER = Words("这次身份核实已经结束，请重新开始", "This identity check is over; start another one")
