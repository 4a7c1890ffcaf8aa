// SPDX-License-Identifier: Apache-2.0
// A signature drawn by finger, pen or mouse; its strokes go with the form as [[x, y, ms], …].
import SignaturePad from "../vendor/signature_pad/signature_pad.min.js";
import { say } from "./words.js";

customElements.define("hb-sign", class extends HTMLElement {
  connectedCallback() {
    this.canvas = this.querySelector("canvas");
    this.kept = this.querySelector("input[name$='-strokes']");
    this.state = this.querySelector("[data-state]");
    const ink = getComputedStyle(this).getPropertyValue("--sheet-ink").trim() || "black";
    this.pad = new SignaturePad(this.canvas, { penColor: ink, minWidth: 0.8, maxWidth: 2.8 });
    this.pad.addEventListener("endStroke", () => this.store());
    this.querySelector("[data-clear]").addEventListener("click", () => { this.pad.clear(); this.store(); });
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.canvas);
    this.strokes = this.kept.value ? JSON.parse(this.kept.value) : [];
    this.fit();
  }

  disconnectedCallback() {
    this.watcher?.disconnect();
    this.pad?.off();
  }

  // Sharp on every screen; the strokes are kept in CSS pixels and drawn again.
  fit() {
    const ratio = Math.max(devicePixelRatio || 1, 1);
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || (this.canvas.width === width * ratio && this.isDrawn)) return;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.getContext("2d").scale(ratio, ratio);
    this.pad.clear();
    this.pad.fromData(this.strokes.map((stroke) => ({
      penColor: this.pad.penColor, minWidth: 0.8, maxWidth: 2.8, dotSize: 0, velocityFilterWeight: 0.7, compositeOperation: "source-over",
      points: stroke.map(([x, y, time]) => ({ x, y, time, pressure: 0.5 })),
    })));
    this.isDrawn = true;
    this.tell();
  }

  store() {
    const groups = this.pad.toData().filter((group) => group.points.length);
    const start = groups[0]?.points[0].time ?? 0;
    this.strokes = groups.map((group) => group.points.map(
      ({ x, y, time }) => [Math.round(x), Math.round(y), Math.round(time - start)],
    ));
    this.kept.value = this.strokes.length ? JSON.stringify(this.strokes) : "";
    this.kept.dispatchEvent(new Event("change", { bubbles: true }));
    this.tell();
  }

  tell() {
    this.state.textContent = this.strokes.length ? say("已签名") : say("请在框内手写");
  }
});
