// SPDX-License-Identifier: Apache-2.0
// The forms of acts: common phrases, lines of a notice of correction, the opinion carried along.

export function startDesk() {
  document.addEventListener("click", (event) => {
    const control = event.target.closest("[data-phrase], [data-points-add], [data-points-drop], [data-closes], a[data-dialog]");
    if (!control) return;
    if (control.matches("[data-phrase]")) return write(control);
    if (control.matches("[data-points-add]")) return add(control, event);
    if (control.matches("[data-points-drop]")) return drop(control, event);
    if (control.matches("[data-closes]")) return close(control, event);
    return carry();
  });
  // A menu that opens upwards closes when something else is pressed.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.drop-up[open]")) {
      if (!menu.contains(event.target) || event.target.closest("a, button")) menu.open = false;
    }
  });
}

function write(button) {
  const field = document.getElementById(button.dataset.phrase);
  const before = field.value.trim();
  field.value = before ? `${before}\n${button.textContent}` : button.textContent;
  field.focus();
}

function add(button, event) {
  event.preventDefault();
  const box = button.closest("[data-points]");
  const list = box.querySelector("[data-points-list]");
  const used = [...list.querySelectorAll("input")].map((one) => Number(one.name.split("-")[1]));
  const next = Math.max(-1, ...used) + 1;
  list.insertAdjacentHTML("beforeend", box.querySelector("template").innerHTML.replaceAll("__n__", next));
  list.lastElementChild.querySelector("input").focus();
}

function drop(button, event) {
  event.preventDefault();
  const point = button.closest("[data-point]");
  const near = point.nextElementSibling || point.previousElementSibling;
  const box = point.closest("[data-points]");
  point.remove();
  (near?.querySelector("input") || box.querySelector("[data-points-add]")).focus();
}

function close(link, event) {
  const dialog = link.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
}

// What was typed on the bar goes into the dialog that opens next, unless it has a text already.
function carry() {
  const opinion = document.querySelector("[data-opinion]")?.value;
  if (!opinion) return;
  new MutationObserver((changes, observer) => {
    const field = document.querySelector("dialog[open] textarea[name=reason], dialog textarea[name=reason]");
    if (!field) return;
    if (!field.value) field.value = opinion;
    observer.disconnect();
  }).observe(document.body, { childList: true });
}
