// SPDX-License-Identifier: Apache-2.0
// Arrow keys and Escape for the suggestions that htmx puts under a search box.
import { say } from "./words.js";

export function startSuggestions() {
  document.addEventListener("keydown", (event) => {
    const search = event.target.closest?.(".search");
    if (!search) return;
    const links = [...search.querySelectorAll("[data-suggestions] a")];
    const here = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      clear(search);
      search.querySelector("input").focus();
    } else if (event.key === "ArrowDown" && links.length) {
      event.preventDefault();
      links[Math.min(here + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && here >= 0) {
      event.preventDefault();
      (links[here - 1] || search.querySelector("input")).focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const search of document.querySelectorAll(".search")) {
      if (!search.contains(event.target)) clear(search);
    }
  });
  document.addEventListener("input", (event) => {
    const search = event.target.closest?.(".search");
    if (search && !event.target.value.trim()) clear(search);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const place = event.target.closest?.("[data-suggestions]");
    if (!place) return;
    place.setAttribute("aria-label", say("{count} 条结果", { count: place.querySelectorAll("a").length }));
  });
}

function clear(search) {
  const place = search.querySelector("[data-suggestions]");
  if (place) place.textContent = "";
}
