// SPDX-License-Identifier: Apache-2.0
// A draft saves itself while it is filled in; without a network it waits on this device and says so.
import { clockNow, say, toast } from "./words.js";

const PAUSE = 1200;
const RETRY = 8000;
const OLDEST = 7 * 24 * 3600 * 1000;

export function startAutosave() {
  for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form).start();
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.chip = document.getElementById("saved");
    this.key = `hb-draft:${form.dataset.autosave}`;
    this.isDirty = false;
  }

  start() {
    this.restore();
    for (const name of ["input", "change"]) this.form.addEventListener(name, () => this.touch());
    this.form.addEventListener("submit", (event) => this.hold(event));
    addEventListener("online", () => this.save());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.isDirty) this.save(true);
    });
  }

  // Without a network a page cannot be sent: the browser would show its own error instead of the form.
  // A save on its way changes the draft's version: the page is sent after it, with the new one.
  async hold(event) {
    clearTimeout(this.timer);
    if (!navigator.onLine) {
      event.preventDefault();
      this.keepHere(this.pairs());
      return;
    }
    if (this.underWay) {
      event.preventDefault();
      await this.underWay;
      this.form.requestSubmit(event.submitter);
      return;
    }
    this.isSending = true;
    this.forget();
  }

  touch() {
    this.isDirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async save(isLeaving = false) {
    if (!this.isDirty || this.isSending) return;
    this.isDirty = false;
    this.underWay = this.send(this.pairs(), isLeaving);
    await this.underWay;
    this.underWay = null;
  }

  async send(sent, isLeaving) {
    try {
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST",
        headers: { Accept: "application/json", "X-Autosave": "1" },
        body: new URLSearchParams(sent),
        keepalive: isLeaving,
      });
      await this.settle(answer);
    } catch {
      this.keepHere(sent);
    }
  }

  async settle(answer) {
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) {
      this.forget();
      const version = this.form.elements.namedItem("version");
      if (version && told.version) version.value = told.version;
      this.show(say("已自动保存 {clock}", { clock: told.saved_at || clockNow() }), "ok");
      this.report(told);
      if (told.is_waiting) this.form.dispatchEvent(new Event("hb:waiting"));
    } else if (answer.status >= 500) {
      this.keepHere(this.pairs());
    } else {
      // Refused for a reason a person must read, such as a newer copy on another device.
      this.show(told.detail || told.title || say("还有没保存的内容"), "bad");
    }
  }

  // What is left in each step, as the server counts it.
  report({ left = {}, left_total: total }) {
    for (const note of document.querySelectorAll("[data-step-note]")) {
      const words = left[note.dataset.stepNote];
      if (words !== undefined) note.textContent = words;
    }
    const sum = document.querySelector("[data-left-total]");
    if (sum && total !== undefined) sum.textContent = total;
  }

  pairs() {
    return [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
  }

  keepHere(sent) {
    const clock = clockNow();
    const kept = sent.filter(([name]) => name !== "csrfmiddlewaretoken");
    localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), pairs: kept }));
    this.show(say("没有网络，{clock} 的内容存在这台设备上，联网后自动保存", { clock }), "warn");
    this.isDirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRY);
  }

  // Only what the server has not seen is on the device: put it back and send it.
  restore() {
    const kept = JSON.parse(localStorage.getItem(this.key) || "null");
    if (!kept) return;
    const isFresh = Date.now() - kept.at < OLDEST && kept.at > Number(this.form.dataset.savedAt || 0);
    if (!isFresh) {
      this.forget();
      return;
    }
    const values = new Map();
    for (const [name, value] of kept.pairs) values.set(name, [...(values.get(name) || []), value]);
    for (const control of this.form.elements) {
      const list = values.get(control.name);
      if (!list || control.type === "file") continue;
      if (control.type === "radio" || control.type === "checkbox") control.checked = list.includes(control.value);
      else if (list.length) control.value = list.shift();
    }
    toast(say("已恢复这台设备上未保存的内容"), "ok");
    this.touch();
  }

  forget() {
    localStorage.removeItem(this.key);
  }

  show(words, kind) {
    if (!this.chip) return;
    this.chip.hidden = false;
    this.chip.className = `chip chip-${kind} saved`;
    this.chip.querySelector("[data-words]").textContent = words;
  }
}
