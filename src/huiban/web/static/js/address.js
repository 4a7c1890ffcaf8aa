// SPDX-License-Identifier: Apache-2.0
// The point of an address from the device, shown as longitude and latitude (WGS-84).
import { say } from "./words.js";

customElements.define("hb-place", class extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-locate]");
    const state = this.querySelector("[data-state]");
    if (!navigator.geolocation) {
      button.remove();
      return;
    }
    button.addEventListener("click", () => {
      state.textContent = say("正在定位");
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          this.put("-lon", coords.longitude);
          this.put("-lat", coords.latitude);
          this.querySelector("details").open = true;
          state.textContent = say("已取得位置，精度约 {metres} 米", { metres: Math.round(coords.accuracy) });
        },
        () => { state.textContent = say("没有得到位置，请直接写地址"); },
        { enableHighAccuracy: true, timeout: 15000 },
      );
    });
  }

  put(part, degrees) {
    const input = this.querySelector(`input[name$="${part}"]`);
    input.value = degrees.toFixed(6);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
