// SPDX-License-Identifier: Apache-2.0
// The sentences that scripts say, in Chinese and, for an English page, in English.
const ENGLISH = {
  "已自动保存 {clock}": "Saved {clock}",
  "没有网络，{clock} 的内容存在这台设备上，联网后自动保存": "Offline. What you had at {clock} is kept on this device and will be saved when you are back online",
  "已恢复这台设备上未保存的内容": "Restored what was left unsaved on this device",
  "复制第 {number} 行": "Copy row {number}",
  "删除第 {number} 行": "Delete row {number}",
  "共 {count} 行": "{count} rows",
  "已删除第 {number} 行": "Row {number} deleted",
  "撤销": "Undo",
  "最多 {most} 行": "At most {most} rows",
  "移除 {name}": "Remove {name}",
  "“{name}”太大，最大 {most}": "“{name}” is too large, at most {most}",
  "最多 {most} 个文件": "At most {most} files",
  "“{name}”没有传上去，请检查网络后再选一次": "“{name}” was not uploaded; check the connection and choose it again",
  "照片只有 {width}×{height}，可能看不清，建议重拍": "The picture is only {width}×{height} and may be hard to read; consider taking it again",
  "已上传 {name}": "{name} uploaded",
  "文件还在上传，传完自动继续": "A file is still going up; this goes on by itself when it is done",
  "有文件没有传上去，请处理后再提交": "A file was not uploaded; see to it, then send again",
  "没有移除成功，请检查网络后再试": "It was not removed; check the connection and try again",
  "已签名": "Signed",
  "请在框内手写": "Sign inside the box",
  "第 {now} 页，共 {total} 页": "Page {now} of {total}",
  "共 {total} 页": "{total} pages",
  "还有 {left} 页没看": "{left} not seen yet",
  "都看过了": "all seen",
  "看不出是哪一天，例如 2026-3-5": "Not a date we can read; for example 2026-3-5",
  "正在定位": "Finding your position",
  "没有得到位置，请直接写地址": "No position found; please write the address",
  "已取得位置，精度约 {metres} 米": "Position found, accurate to about {metres} metres",
  "还可以写 {left} 个字": "{left} characters left",
  "超出 {over} 个字": "{over} characters too many",
  "{count} 条结果": "{count} results",
  "长辈版": "Large-print",
  "标准版": "Standard",
  "关闭": "Close",
  "还有没保存的内容": "Some changes are not saved yet",
};

export const isEnglish = () => document.documentElement.lang.startsWith("en");

export function say(chinese, values = {}) {
  const sentence = (isEnglish() && ENGLISH[chinese]) || chinese;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export function clockNow() {
  return new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

// A short notice in the corner, read out by screen readers; `act` is {words, run}.
export function toast(words, kind = "", act = null) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const note = document.createElement("div");
  note.className = kind ? `note note-${kind}` : "note";
  const text = document.createElement("p");
  text.textContent = words;
  const row = document.createElement("div");
  row.className = "row";
  row.append(text);
  if (act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.textContent = act.words;
    button.addEventListener("click", () => { act.run(); note.remove(); });
    row.append(button);
  }
  note.append(document.createElement("span"), row);
  place.append(note);
  setTimeout(() => note.remove(), 12000);
}
