// SPDX-License-Identifier: Apache-2.0
// One long list of streets becomes two: the district first, then its streets.
customElements.define("hb-division", class extends HTMLElement {
  connectedCallback() {
    const all = this.querySelector("select");
    if (!all || this.dataset.on !== undefined) return;
    this.dataset.on = "";
    const groups = [...all.querySelectorAll("optgroup")];
    const district = this.list(this.dataset.first, groups.map((group) => [group.label, group.label]));
    const street = this.list(this.dataset.second, []);
    const shown = document.createElement("div");
    shown.className = "pair";
    shown.append(district, street);
    all.before(shown);
    all.hidden = true;
    all.setAttribute("aria-hidden", "true");
    // The visible list takes the name's label and the error link; the hidden one keeps the value.
    district.id = all.id;
    all.id = `${all.id}-all`;
    for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
      if (all.hasAttribute(name)) district.setAttribute(name, all.getAttribute(name));
    }
    const fill = () => {
      const group = groups.find((one) => one.label === district.value);
      const streets = group ? [...group.querySelectorAll("option")] : [];
      street.length = 1;
      for (const one of streets) {
        const words = one.textContent === district.value ? this.dataset.whole : one.textContent;
        street.add(new Option(words, one.value));
      }
      street.disabled = !streets.length;
    };
    const store = () => {
      all.value = street.value;
      all.dispatchEvent(new Event("change", { bubbles: true }));
    };
    district.addEventListener("change", () => {
      fill();
      // The district itself is an answer; a street makes it more exact.
      if (street.options[1]?.textContent === this.dataset.whole) street.selectedIndex = 1;
      store();
    });
    street.addEventListener("change", store);
    const chosen = all.value && all.selectedOptions[0].closest("optgroup");
    if (chosen) district.value = chosen.label;
    fill();
    street.value = all.value;
  }

  list(words, pairs) {
    const made = document.createElement("select");
    made.className = "input";
    const question = this.closest("[data-field]")?.querySelector(".label")?.firstChild?.textContent;
    made.setAttribute("aria-label", [question?.trim(), words].filter(Boolean).join(" · "));
    made.add(new Option(words, ""));
    for (const [label, value] of pairs) made.add(new Option(label, value));
    return made;
  }
});
