// SPDX-License-Identifier: Apache-2.0
// Registers that answer late: a few short questions to our own server, until nobody is waited for.
const PAUSES = [500, 800, 1300, 2100, 3400, 5500];

export function startLate() {
  for (const form of document.querySelectorAll("form[data-late]")) {
    const late = new Late(form);
    if (form.hasAttribute("data-waiting")) late.start();
    form.addEventListener("hb:waiting", () => late.start());
  }
}

class Late {
  constructor(form) {
    this.form = form;
    this.isRunning = false;
  }

  async start() {
    if (this.isRunning) return;
    this.isRunning = true;
    for (const pause of PAUSES) {
      await new Promise((done) => setTimeout(done, pause));
      if (!(await this.ask())) break;
    }
    this.isRunning = false;
  }

  // Only fields that are still empty are asked for: what was typed meanwhile stays.
  async ask() {
    const empty = this.empty();
    const address = `${this.form.dataset.late}?empty=${encodeURIComponent(empty.join(","))}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer || !answer.ok) return true;
    const told = await answer.json();
    const version = this.form.elements.namedItem("version");
    if (version && told.version) version.value = told.version;
    const still = new Set(this.empty());
    for (const [key, markup] of Object.entries(told.fields)) {
      if (still.has(key)) this.swap(key, markup);
    }
    this.put(told.cells || {});
    this.list(told.sources);
    return told.is_waiting;
  }

  empty() {
    return [...this.form.querySelectorAll("[data-field]:not([data-given])")]
      .filter((field) => !field.contains(document.activeElement) && !isFilled(field))
      .map((field) => field.dataset.field);
  }

  swap(key, markup) {
    const field = this.form.querySelector(`[data-field="${CSS.escape(key)}"]`);
    const made = document.createRange().createContextualFragment(markup);
    field.replaceWith(made);
    document.dispatchEvent(new Event("hb:opened"));
  }

  // Cells of rows that people typed: what they left empty takes the register's word.
  put(cells) {
    for (const [id, value] of Object.entries(cells)) {
      const control = document.getElementById(id);
      if (control && this.form.contains(control) && !control.value && control !== document.activeElement) {
        control.value = value;
      }
    }
  }

  list(markup) {
    const shown = document.querySelector("[data-asked]");
    if (!shown || !markup.trim()) return;
    shown.replaceWith(document.createRange().createContextualFragment(markup));
  }
}

function isFilled(field) {
  return [...field.querySelectorAll("input, textarea, select")].some((control) => {
    if (control.type === "hidden" || control.disabled) return false;
    if (control.type === "radio" || control.type === "checkbox") return control.checked;
    return control.value.trim() !== "";
  });
}
