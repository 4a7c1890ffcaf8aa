// SPDX-License-Identifier: Apache-2.0
// The desk by keyboard: j k / ? g t 1-9. Can be switched off in the help, and never acts while typing.
const SWITCH = "hb-keys-off";
const TYPING = "input, textarea, select, [contenteditable]";

export function startKeys() {
  if (!document.querySelector("[data-keys]")) return;
  const toggle = document.querySelector("[data-keys-switch]");
  if (toggle) {
    toggle.checked = !isOff();
    toggle.addEventListener("change", () => {
      if (toggle.checked) localStorage.removeItem(SWITCH);
      else localStorage.setItem(SWITCH, "1");
    });
  }
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches(TYPING)) event.target.blur();
    const busy = event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING);
    if (busy || document.querySelector("dialog[open]") || isOff()) return;
    if (press(before + event.key) || press(event.key)) event.preventDefault();
    before = event.key === "g" ? "g" : "";
  });
}

function isOff() {
  return localStorage.getItem(SWITCH) === "1";
}

function press(keys) {
  if (keys === "j") return step(1);
  if (keys === "k") return step(-1);
  if (keys === "/") return focus(document.querySelector("[data-search]"));
  if (keys === "?") return show(document.getElementById("keyboard-help"));
  if (keys === "gt") return go("/desk");
  if (/^[1-9]$/.test(keys)) return open(document.querySelectorAll(".tabs a")[Number(keys) - 1]);
  return false;
}

// In a list the next row, on a case page the next case.
function step(by) {
  const rows = [...document.querySelectorAll("[data-case] a[data-open]")];
  if (!rows.length) return open(document.querySelector(by > 0 ? "a[rel=next]" : "a[rel=prev]"));
  const here = rows.indexOf(document.activeElement);
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by;
  for (const row of document.querySelectorAll("[data-case].row-on")) row.classList.remove("row-on");
  const link = rows[Math.max(0, Math.min(next, rows.length - 1))];
  link.closest("[data-case]").classList.add("row-on");
  return focus(link);
}

function focus(control) {
  control?.focus();
  control?.scrollIntoView({ block: "nearest" });
  return Boolean(control);
}

function show(dialog) {
  dialog?.showModal();
  return Boolean(dialog);
}

function open(link) {
  link?.click();
  return Boolean(link);
}

function go(address) {
  location.assign(address);
  return true;
}
