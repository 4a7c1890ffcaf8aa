// SPDX-License-Identifier: Apache-2.0
// Starts the enhancements, each fetched only by a page that has its part. Nothing here is needed to
// send a form.
import { startDesk } from "./desk.js";
import { startDialogs } from "./dialog.js";
import { startForms } from "./forms.js";
import { startPreferences } from "./preferences.js";

const PARTS = {
  "hb-ceremony": () => import("./ceremony.js"),
  "hb-date": () => import("./dates.js"),
  "hb-division": () => import("./division.js"),
  "hb-face": () => import("./face.js"),
  "hb-money": () => import("./money.js"),
  "hb-passkey": () => import("./passkey.js"),
  "hb-place": () => import("./address.js"),
  "hb-rows": () => import("./rows.js"),
  "hb-sign": () => import("./sign.js"),
  "hb-upload": () => import("./upload.js"),
  "#conditions": () => import("./conditions.js").then((part) => part.startConditions()),
  "form[data-autosave]": () => import("./autosave.js").then((part) => part.startAutosave()),
  "form[data-late]": () => import("./late.js").then((part) => part.startLate()),
  "[data-print]": () => import("./print.js").then((part) => part.startPrint()),
  "[data-keys]": () => import("./keys.js").then((part) => part.startKeys()),
  "[data-suggestions]": () => import("./suggest.js").then((part) => part.startSuggestions()),
};
const started = new Set();

async function startParts() {
  const missing = Object.keys(PARTS).filter((one) => !started.has(one) && document.querySelector(one));
  for (const selector of missing) started.add(selector);
  await Promise.all(missing.map((selector) => PARTS[selector]()));
  // Tests wait for this.
  document.documentElement.dataset.ready = "";
}

document.documentElement.classList.add("scripted");
startForms();
startPreferences();
startDialogs();
startDesk();
startParts();
// Dialogs and fragments may bring a part the page did not have.
document.addEventListener("htmx:after:swap", startParts);
document.addEventListener("hb:opened", startParts);
