// SPDX-License-Identifier: Apache-2.0
// A typed date said back with its weekday, and the browser's calendar as a second way in.
import { isEnglish, say } from "./words.js";

const SHAPES = [
  /^(\d{4})(\d{2})(\d{2})$/,
  /^(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})$/,
  /^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?$/,
];

// "2026年3月5日" → "2026-03-05"; "" for what is not a day.
export function isoDate(text) {
  const tidy = text.normalize("NFKC").trim();
  for (const shape of SHAPES) {
    const found = shape.exec(tidy);
    if (!found) continue;
    const [year, month, day] = found.slice(1).map(Number);
    const at = new Date(Date.UTC(year, month - 1, day));
    const exists = at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
    return exists ? at.toISOString().slice(0, 10) : "";
  }
  return "";
}

function speak(iso) {
  const at = new Date(`${iso}T00:00:00Z`);
  const style = { year: "numeric", month: "long", day: "numeric", weekday: "long", timeZone: "UTC" };
  return at.toLocaleDateString(isEnglish() ? "en-GB" : "zh-CN", style);
}

customElements.define("hb-date", class extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const echo = this.querySelector(".echo");
    const write = (isLeaving) => {
      const iso = isoDate(input.value);
      const bad = input.value.trim() && isLeaving;
      echo.textContent = iso ? speak(iso) : bad ? say("看不出是哪一天，例如 2026-3-5") : "";
    };
    input.addEventListener("input", () => write(false));
    input.addEventListener("change", () => write(true));
    this.addPicker(input);
    write(false);
  }

  addPicker(input) {
    const button = this.querySelector("[data-pick]");
    const native = document.createElement("input");
    if (!("showPicker" in native)) {
      button.remove();
      return;
    }
    native.type = "date";
    native.className = "only-read";
    native.tabIndex = -1;
    native.setAttribute("aria-hidden", "true");
    native.min = this.dataset.earliest;
    native.max = this.dataset.latest;
    button.after(native);
    button.addEventListener("click", () => {
      native.value = isoDate(input.value);
      native.showPicker();
    });
    native.addEventListener("change", () => {
      input.value = native.value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.focus();
    });
  }
});
