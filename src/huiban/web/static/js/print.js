// SPDX-License-Identifier: Apache-2.0
// A button that prints the page; without scripts it is not there, and the browser prints as ever.
export function startPrint() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
}
