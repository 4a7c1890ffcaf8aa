// SPDX-License-Identifier: Apache-2.0
// The page on which somebody signs: tells which page is in view, and notes when each first was.
import { say } from "./words.js";

const ENOUGH = 0.5; // of the page, or of the window where the page is taller

customElements.define("hb-ceremony", class extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.dataset.form);
    this.kept = this.form.elements.seen;
    this.told = document.querySelector("[data-progress]");
    this.sheets = [...this.querySelectorAll("[data-page]")];
    this.seen = new Set(this.kept.value.split(",").filter(Boolean).map(Number));
    this.shown = new Map();
    this.waiting = [];
    const mark = document.createElement("input");
    Object.assign(mark, { type: "hidden", name: "scripted", value: "1" });
    this.form.append(mark);
    const steps = Array.from({ length: 21 }, (_, step) => step / 20);
    this.watcher = new IntersectionObserver((entries) => this.look(entries), { threshold: steps });
    for (const sheet of this.sheets) {
      this.watcher.observe(sheet);
      sheet.querySelector("img").addEventListener("load", () => this.judge(sheet));
    }
    this.tell();
  }

  disconnectedCallback() {
    this.watcher?.disconnect();
  }

  look(entries) {
    for (const { target, intersectionRect, boundingClientRect } of entries) {
      const room = Math.min(boundingClientRect.height, innerHeight) || 1;
      this.shown.set(Number(target.dataset.page), intersectionRect.height / room);
      this.judge(target);
    }
    this.tell();
  }

  // A page nobody could have read, because its picture is not there yet, was not seen.
  judge(sheet) {
    const page = Number(sheet.dataset.page);
    if (this.shown.get(page) >= ENOUGH && sheet.querySelector("img").naturalWidth) this.note(page);
  }

  note(page) {
    if (this.seen.has(page)) return;
    this.seen.add(page);
    this.kept.value = [...this.seen].join(",");
    this.waiting.push(page);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), 300);
    this.tell();
  }

  async send() {
    const pages = this.waiting.splice(0);
    const body = new URLSearchParams({
      pages: pages.join(","),
      csrfmiddlewaretoken: this.form.elements.csrfmiddlewaretoken.value,
    });
    try {
      await fetch(this.dataset.seen, { method: "POST", body, keepalive: true });
    } catch {
      // Without a network the form itself carries the pages, when it is sent.
    }
  }

  tell() {
    if (!this.told) return;
    const [now] = [...this.shown].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
    const total = this.sheets.length;
    const left = total - this.seen.size;
    const place = now ? say("第 {now} 页，共 {total} 页", { now, total }) : say("共 {total} 页", { total });
    const rest = left ? say("还有 {left} 页没看", { left }) : say("都看过了");
    const words = `${place} · ${rest}`;
    if (this.told.textContent !== words) this.told.textContent = words;
  }
});
