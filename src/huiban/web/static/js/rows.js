// SPDX-License-Identifier: Apache-2.0
// A repeating table edited on the spot: add, copy and delete rows, paste rows from a spreadsheet.
import { say, toast } from "./words.js";

const NUMBERED = ["name", "id", "for", "value", "aria-describedby", "data-row", "data-problem", "data-left"];

customElements.define("hb-rows", class extends HTMLElement {
  connectedCallback() {
    this.body = this.querySelector("[data-body]");
    this.blank = this.querySelector(":scope > template");
    this.addEventListener("click", (event) => this.press(event));
    this.addEventListener("paste", (event) => this.paste(event));
  }

  get rows() {
    return [...this.body.children];
  }

  press(event) {
    const button = event.target.closest("[data-add], [data-copy], [data-delete]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("tr");
    if (button.matches("[data-add]")) this.add();
    else if (button.matches("[data-copy]")) this.copy(row);
    else this.remove(row);
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  add(after = null, isFocused = true) {
    if (this.rows.length >= Number(this.dataset.most)) {
      toast(say("最多 {most} 行", { most: this.dataset.most }), "warn");
      return null;
    }
    const row = this.blank.content.firstElementChild.cloneNode(true);
    if (after) after.after(row);
    else this.body.append(row);
    this.number();
    if (isFocused) row.querySelector("input, select, textarea")?.focus();
    return row;
  }

  copy(row) {
    const made = this.add(row);
    if (!made) return;
    const from = row.querySelectorAll("input, select, textarea");
    made.querySelectorAll("input, select, textarea").forEach((control, index) => {
      if (control.type === "checkbox" || control.type === "radio") control.checked = from[index].checked;
      else control.value = from[index].value;
    });
  }

  remove(row) {
    const next = row.nextElementSibling;
    const number = this.rows.indexOf(row) + 1;
    row.remove();
    if (!this.rows.length) this.add(null, false);
    this.number();
    const near = next || this.rows[this.rows.length - 1];
    near.querySelector("input, select, textarea")?.focus();
    toast(say("已删除第 {number} 行", { number }), "", {
      words: say("撤销"),
      run: () => {
        if (next?.isConnected) next.before(row);
        else this.body.append(row);
        this.number();
        this.dispatchEvent(new Event("change", { bubbles: true }));
      },
    });
  }

  // Names, ids and labels follow the order on the page.
  number() {
    const key = this.dataset.key;
    this.rows.forEach((row, index) => {
      const was = row.dataset.row;
      for (const part of [row, ...row.querySelectorAll("*")]) {
        for (const name of NUMBERED) {
          const value = part.getAttribute(name);
          if (value) part.setAttribute(name, renumbered(value, key, was, index));
        }
      }
      row.dataset.row = String(index);
      row.querySelector("[data-number]").textContent = String(index + 1);
      row.querySelector("[data-copy]").setAttribute("aria-label", say("复制第 {number} 行", { number: index + 1 }));
      row.querySelector("[data-delete]").setAttribute("aria-label", say("删除第 {number} 行", { number: index + 1 }));
    });
    this.querySelector("[data-count]").textContent = say("共 {count} 行", { count: this.rows.length });
  }

  // Cells copied from a spreadsheet arrive as lines of tabs.
  paste(event) {
    const control = event.target.closest("input, select");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!control || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    let row = control.closest("tr");
    const column = [...row.querySelectorAll("td[data-label]")].indexOf(control.closest("td"));
    for (const line of text.replace(/\r?\n$/, "").split(/\r?\n/)) {
      if (!row) row = this.add(null, false);
      if (!row) break;
      const cells = [...row.querySelectorAll("td[data-label]")].slice(column);
      line.split("\t").forEach((value, index) => fill(cells[index], value.trim()));
      row = row.nextElementSibling;
    }
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

function renumbered(value, key, was, index) {
  return value
    .replaceAll(`${key}-${was}-`, `${key}-${index}-`)
    .replaceAll(`${key}.${was}.`, `${key}.${index}.`)
    .replace(/^(\w+:(?:copy|delete)):(?:\d+|__row__)$/, `$1:${index}`);
}

function fill(cell, value) {
  const control = cell?.querySelector("input, select");
  if (!control) return;
  if (control.tagName !== "SELECT") {
    control.value = value;
    return;
  }
  const option = [...control.options].find((one) => one.value === value || one.textContent.trim() === value);
  if (option) control.value = option.value;
}
