// SPDX-License-Identifier: Apache-2.0
// Files go up as soon as they are chosen, dropped or photographed, each with its own progress.
import { say, toast } from "./words.js";

const SMALLEST_SIDE = 1000;
const UNDER_WAY = ".file:not([data-file]):not(.file-bad)";

// A form pressed while files are on their way is sent when they are up; heard before all others,
// because those take a pressed form for one that is sent.
const held = new WeakMap();
document.addEventListener("submit", (event) => {
  if (!event.target.querySelector(`hb-upload ${UNDER_WAY}`)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held.set(event.target, event.submitter);
  toast(say("文件还在上传，传完自动继续"), "warn");
}, true);

// One that failed must be seen: the form stays.
function release(form) {
  if (!form || !held.has(form) || form.querySelector(`hb-upload ${UNDER_WAY}`)) return;
  const submitter = held.get(form);
  held.delete(form);
  if (form.querySelector("hb-upload .file-bad")) toast(say("有文件没有传上去，请处理后再提交"), "bad");
  else form.requestSubmit(submitter?.isConnected ? submitter : null);
}

customElements.define("hb-upload", class extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.url || this.dataset.on !== undefined) return;
    this.dataset.on = "";
    this.input = this.querySelector("input[type=file]");
    this.list = this.querySelector("[data-files]");
    this.blank = this.querySelector("template");
    const zone = this.querySelector("[data-zone]");
    // The chosen files are sent one by one, so the form itself must not carry them again.
    this.input.removeAttribute("name");
    this.input.addEventListener("change", () => this.take(this.input.files));
    this.querySelector("[data-choose]").addEventListener("click", () => this.input.click());
    this.querySelector("[data-camera]").addEventListener("click", () => this.photograph());
    this.addEventListener("click", (event) => this.press(event));
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("drop-zone-over"); });
    }
    for (const name of ["dragleave", "drop"]) {
      zone.addEventListener(name, () => zone.classList.remove("drop-zone-over"));
    }
    zone.addEventListener("drop", (event) => { event.preventDefault(); this.take(event.dataTransfer.files); });
    // Chosen while the page was still loading: nobody was listening yet.
    if (this.input.files.length) this.take(this.input.files);
  }

  photograph() {
    this.input.setAttribute("capture", "environment");
    const accept = this.input.accept;
    this.input.accept = "image/*";
    this.input.click();
    this.input.removeAttribute("capture");
    this.input.accept = accept;
  }

  take(files) {
    const most = Number(this.dataset.most);
    for (const file of [...files]) {
      if (this.list.querySelectorAll(".file:not(.file-bad)").length >= most) {
        toast(say("最多 {most} 个文件", { most }), "warn");
        break;
      }
      this.send(file);
    }
    this.input.value = "";
  }

  send(file) {
    const row = this.blank.content.firstElementChild.cloneNode(true);
    row.querySelector(".file-name").textContent = file.name;
    row.querySelector("[data-remove]").setAttribute("aria-label", say("移除 {name}", { name: file.name }));
    this.list.append(row);
    const limit = Number(this.dataset.bytes);
    if (file.size > limit) {
      this.refuse(row, say("“{name}”太大，最大 {most}", { name: file.name, most: spoken(limit) }));
      return;
    }
    this.preview(row, file);
    const request = new XMLHttpRequest();
    row.abort = () => request.abort();
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) row.querySelector("progress").value = (event.loaded / event.total) * 100;
    });
    request.addEventListener("load", () => this.settle(row, file, request));
    request.addEventListener("error", () => this.refuse(row, say("“{name}”没有传上去，请检查网络后再选一次", { name: file.name })));
    request.open("POST", this.dataset.url);
    request.setRequestHeader("Accept", "application/json");
    const token = this.closest("form")?.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (token) request.setRequestHeader("X-CSRFToken", token);
    const body = new FormData();
    body.set("field", this.dataset.name);
    body.set("file", file);
    request.send(body);
  }

  settle(row, file, request) {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // Not JSON: a proxy or a crash answered; the sentence below says what to do.
    }
    if (request.status >= 300 || !answer.file) {
      this.refuse(row, answer.detail || answer.title || say("“{name}”没有传上去，请检查网络后再选一次", { name: file.name }));
      return;
    }
    const link = row.querySelector(".file-name");
    link.href = answer.url;
    link.textContent = answer.name;
    row.dataset.file = answer.file;
    // What is read of the file is told there, by `portal/review_swap.html`.
    row.querySelector(".file-read").id = `read-${answer.file}`;
    row.querySelector(".file-note").textContent = [answer.size_words, row.warning].filter(Boolean).join(" · ");
    const kept = document.createElement("input");
    kept.type = "hidden";
    kept.name = this.dataset.name;
    kept.value = answer.file;
    row.append(kept);
    row.isSettled = true;
    toast(say("已上传 {name}", { name: answer.name }), "ok");
    this.dispatchEvent(new Event("change", { bubbles: true }));
    release(this.closest("form"));
  }

  refuse(row, words) {
    row.classList.add("file-bad");
    row.querySelector(".file-note").textContent = words;
    release(this.closest("form"));
  }

  // Drawn on a canvas: the page's policy lets no foreign picture address in.
  async preview(row, file) {
    if (!file.type.startsWith("image/") || !globalThis.createImageBitmap) return;
    const picture = await createImageBitmap(file).catch(() => null);
    if (!picture) return;
    const canvas = document.createElement("canvas");
    const side = Math.min(picture.width, picture.height);
    canvas.width = canvas.height = 112;
    canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 112, 112);
    row.querySelector(".file-thumb").replaceChildren(canvas);
    if (Math.max(picture.width, picture.height) < SMALLEST_SIDE) {
      row.warning = say("照片只有 {width}×{height}，可能看不清，建议重拍", { width: picture.width, height: picture.height });
      if (row.isSettled) row.querySelector(".file-note").append(` · ${row.warning}`);
    }
    picture.close();
  }

  press(event) {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest(".file");
    row.abort?.();
    const next = row.nextElementSibling?.querySelector("[data-remove]");
    const place = row.nextElementSibling;
    row.remove();
    (next || this.input).focus();
    if (row.dataset.file && this.dataset.drops !== undefined) this.drop(row, place);
    else this.dispatchEvent(new Event("change", { bubbles: true }));
    release(this.closest("form"));
  }

  // Told to the server at once, as the file was taken at once; a row that stays there comes back.
  async drop(row, place) {
    const body = new FormData();
    body.set("field", this.dataset.name);
    body.set("remove", row.dataset.file);
    const token = this.closest("form")?.querySelector("[name=csrfmiddlewaretoken]")?.value;
    const headers = { Accept: "application/json", ...(token ? { "X-CSRFToken": token } : {}) };
    const answer = await fetch(this.dataset.url, { method: "POST", headers, body }).catch(() => null);
    if (!answer?.ok) {
      this.list.insertBefore(row, place?.isConnected ? place : null);
      toast(say("没有移除成功，请检查网络后再试"), "bad");
    }
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

function spoken(bytes) {
  const megabytes = bytes / 1024 / 1024;
  return megabytes >= 1 ? `${Math.round(megabytes * 10) / 10} MB` : `${Math.round(bytes / 1024)} KB`;
}
