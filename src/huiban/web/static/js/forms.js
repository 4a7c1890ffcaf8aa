// SPDX-License-Identifier: Apache-2.0
// Small kindnesses of every page: focus on the errors, marked options, counters, menus that close.
import { say } from "./words.js";

export function startForms() {
  focusErrors();
  markOptions();
  countLeft();
  closeMenus();
  forgetDrafts();
  sendOnce();
  // On a phone the steps lie in a row that scrolls.
  const now = document.querySelector(".step-now");
  const row = now?.closest(".steps");
  if (row && row.scrollWidth > row.clientWidth) row.scrollLeft = now.offsetLeft - row.offsetLeft - 16;
}

// A second press of the same button, while the first is on its way, sends nothing.
function sendOnce() {
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    if (!event.submitter?.matches("[data-once]")) return;
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
    event.submitter.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll("[data-once][aria-disabled]")) {
      sent.delete(button.form);
      button.removeAttribute("aria-disabled");
    }
  });
}

// Whoever uses this device next finds nothing of what the one signing out left unsaved.
function forgetDrafts() {
  document.addEventListener("submit", (event) => {
    if (new URL(event.target.action).pathname !== "/sign-out") return;
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("hb-draft:")) localStorage.removeItem(key);
    }
  });
}

function focusErrors() {
  document.querySelector("[data-focus]")?.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".errors a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  });
}

function markOptions() {
  document.addEventListener("change", (event) => {
    const group = event.target.closest("[data-options]");
    if (!group) return;
    for (const option of group.querySelectorAll(".option")) {
      option.classList.toggle("option-on", option.querySelector("input").checked);
    }
  });
  // One class for radios on pages that browsers restore after going back.
  addEventListener("pageshow", () => {
    for (const option of document.querySelectorAll("[data-options] .option")) {
      option.classList.toggle("option-on", option.querySelector("input").checked);
    }
  });
}

function countLeft() {
  const write = (area) => {
    const place = document.querySelector(`[data-left="${CSS.escape(area.id)}"]`);
    const left = Number(area.dataset.longest) - [...area.value].length;
    if (!place) return;
    const close = left < Number(area.dataset.longest) / 5;
    place.textContent = left < 0 ? say("超出 {over} 个字", { over: -left })
      : close ? say("还可以写 {left} 个字", { left }) : "";
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-longest]")) write(event.target);
  });
}

function closeMenus() {
  const open = () => document.querySelectorAll("details.drop[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    }
  });
}
