// SPDX-License-Identifier: Apache-2.0
// Mode and theme change on the spot, so that nothing typed is lost; the server keeps the choice.
import { say } from "./words.js";

const DARK = "(prefers-color-scheme: dark)";
const CONTRAST = "(prefers-contrast: more)";
const NEVER = "not all";
// The same as `_MEDIA` in preferences.py.
const MEDIA = {
  auto: { dark: DARK, contrast: CONTRAST, "contrast-dark": `${CONTRAST} and ${DARK}` },
  light: { dark: NEVER, contrast: NEVER, "contrast-dark": NEVER },
  dark: { dark: "all", contrast: NEVER, "contrast-dark": NEVER },
  contrast: { dark: NEVER, contrast: "all", "contrast-dark": DARK },
};

export function setMedia(theme) {
  for (const sheet of document.querySelectorAll("link[data-sheet]")) {
    sheet.media = MEDIA[theme][sheet.dataset.sheet];
  }
}

export function startPreferences() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const [name, value] = (event.submitter?.value || "").split(":");
    if (!form.matches("[data-preferences]") || !(name === "mode" || name === "theme")) return;
    event.preventDefault();
    apply(name, value);
    keep(form, event.submitter);
  });
}

function apply(name, value) {
  const root = document.documentElement;
  root.dataset[name] = value;
  if (name === "theme") {
    setMedia(value);
    for (const button of document.querySelectorAll("[data-preferences] [aria-pressed]")) {
      button.setAttribute("aria-pressed", String(button.value === `theme:${value}`));
    }
    return;
  }
  const other = value === "elder" ? "standard" : "elder";
  for (const button of document.querySelectorAll(`[data-preferences] [value="mode:${value}"]`)) {
    button.value = `mode:${other}`;
    button.lastChild.textContent = other === "elder" ? say("长辈版") : say("标准版");
  }
}

async function keep(form, submitter) {
  const sent = new FormData(form);
  sent.set("set", submitter.name === "set" ? submitter.value : "");
  const [name] = submitter.value.split(":");
  sent.set("set", `${name}:${document.documentElement.dataset[name]}`);
  try {
    // The redirect would draw a page nobody looks at.
    await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), redirect: "manual" });
  } catch {
    // Offline: the choice holds for this page.
  }
}
