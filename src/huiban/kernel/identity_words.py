# SPDX-License-Identifier: Apache-2.0
"""What people read about proving who they are (身份核实用语): why it failed, how to do better."""

from collections.abc import Mapping

from huiban.kernel.identity import Fault, Judged, Way
from huiban.kernel.words import Words

WAY_WORDS: Mapping[Way, Words] = {
    Way.FACE: Words("刷脸核实", "By face"),
    Way.PASSKEY_CODE: Words("通行密钥加验证码", "Passkey and code"),
    Way.WINDOW: Words("到窗口核实", "At the window"),
    Way.PASSWORD: Words("登录密码", "Password"),
}

FAULT_WORDS: Mapping[Fault, Words] = {
    Fault.EXPIRED: Words(
        "这次用的时间太久，已经过期；请重新开始", "This took too long and expired; start again"
    ),
    Fault.REPLAYED: Words(
        "送来的画面以前用过；请在摄像头前重新完成动作",
        "These pictures were sent before; do the movements anew before the camera",
    ),
    Fault.REPEATED: Words(
        "有几张画面完全一样，不像是摄像头拍的；请重新开始",
        "Some pictures are the very same, which no camera makes; start again",
    ),
    Fault.TOO_FEW: Words(
        "画面太少，看不出动作；请等提示走完再结束，网络慢时换个信号好的地方",
        "Too few pictures to see the movements; follow every prompt to its end, or find a better "
        "connection",
    ),
    Fault.DISORDERED: Words(
        "画面的次序不对；请重新开始", "The pictures are not in order; start again"
    ),
    Fault.UNREADABLE: Words(
        "有画面打不开；请重新开始，换一个浏览器也可以",
        "Some pictures cannot be opened; start again, perhaps with another browser",
    ),
    Fault.NO_FACE: Words(
        "没有看到人脸；请正对摄像头，把脸放在框里，取下口罩",
        "No face was seen; look into the camera with your face in the frame and no mask",
    ),
    Fault.SEVERAL_FACES: Words(
        "画面里不止一张脸；请让旁边的人和背后的照片离开画面",
        "There is more than one face; let others, and pictures behind you, leave the view",
    ),
    Fault.TOO_SMALL: Words("离摄像头太远；请靠近一些", "Too far away; come nearer to the camera"),
    Fault.TOO_DARK: Words(
        "光线太暗；请面向窗户或者灯，不要背光", "Too dark; face a window or a lamp"
    ),
    Fault.TOO_BRIGHT: Words(
        "光线太亮；请避开直射的阳光或者灯", "Too bright; step out of direct light"
    ),
    Fault.BLURRED: Words(
        "画面模糊；请擦一擦镜头，拿稳手机，动作慢一点",
        "The picture is blurred; wipe the lens, hold still and move slowly",
    ),
    Fault.NOT_STRAIGHT: Words(
        "开始时没有正对摄像头；请先看着摄像头，等提示再动",
        "You did not face the camera at the start; look into it until you are asked to move",
    ),
    Fault.STEP_MISSING: Words(
        "有动作没有看到；请按提示做，动作大一点、慢一点",
        "A movement was not seen; follow the prompts, larger and more slowly",
    ),
    Fault.OTHER_MOVEMENT: Words(
        "做的动作和提示的不一样，或者次序不对；请等提示出来再做",
        "A movement was another one than asked, or out of turn; wait for each prompt",
    ),
    Fault.LIKE_A_PICTURE: Words(
        "画面像是照片或者屏幕，不像本人在摄像头前；请本人直接对着摄像头",
        "This looks like a photograph or a screen; face the camera yourself",
    ),
    Fault.PEOPLE_DIFFER: Words(
        "前后画面不像同一个人；请一个人从头做到尾",
        "The pictures do not look like one person; let one person do all of it",
    ),
    Fault.OTHER_PERSON: Words(
        "和留存的证件照片不像同一个人；请摘下帽子、墨镜，在亮处再试，照片太久了可以到窗口换一张",
        "This does not look like the photograph on file; without hat and dark glasses, in good "
        "light, try again; an old photograph is replaced at the window",
    ),
    Fault.PORTRAIT: Words(
        "留存的证件照片已经不能用来比对；请到窗口换一张，或者换一种方式核实",
        "The photograph on file cannot be compared with any more; have it replaced at the window, "
        "or use another way",
    ),
    Fault.PROVIDER: Words(
        "核验机构没有通过这次核实；请换一种方式，或者稍后再试",
        "The certified service did not confirm this; use another way, or try later",
    ),
}


def reasons(judged: Judged) -> tuple[Words, ...]:
    """Say why an attempt failed and what to do, the most telling first; empty when passed."""
    return tuple(FAULT_WORDS[one] for one in judged.faults)
