// SPDX-License-Identifier: Apache-2.0
// A link with data-dialog opens its page's form in a dialog; without scripts it simply goes there.
import { say } from "./words.js";

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      document.getElementById(opener.dataset.opens)?.showModal();
      event.preventDefault();
      return;
    }
    const link = event.target.closest("a[data-dialog]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!link || !plain || typeof HTMLDialogElement === "undefined") return;
    event.preventDefault();
    openPage(link);
  });
  document.addEventListener("click", (event) => {
    // A click on the backdrop lands on the dialog itself.
    if (event.target instanceof HTMLDialogElement && event.target.dataset.light !== undefined) {
      event.target.close();
    }
  });
}

async function openPage(link) {
  let body;
  try {
    const answer = await fetch(link.href, { headers: { "X-Dialog": "1" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    body = answer.ok && page.querySelector("[data-dialog-body]");
  } catch {
    body = null;
  }
  if (!body) {
    location.assign(link.href);
    return;
  }
  const dialog = build(body, link);
  document.body.append(dialog);
  globalThis.htmx?.process?.(dialog);
  document.dispatchEvent(new Event("hb:opened"));
  dialog.showModal();
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
}

function build(body, link) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", body.querySelector("h1, h2")?.textContent.trim() || link.textContent.trim());
  const head = document.createElement("div");
  head.className = "dialog-head";
  const title = body.querySelector("h1, h2");
  const heading = document.createElement("h2");
  heading.textContent = title?.textContent.trim() || link.textContent.trim();
  title?.remove();
  const close = document.createElement("button");
  close.type = "button";
  close.className = "link-button";
  close.textContent = say("关闭");
  close.addEventListener("click", () => dialog.close());
  head.append(heading, close);
  const inside = document.createElement("div");
  inside.className = "dialog-body";
  inside.append(document.adoptNode(body));
  dialog.append(head, inside);
  return dialog;
}
