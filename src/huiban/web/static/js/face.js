// SPDX-License-Identifier: Apache-2.0
// The face step: opens the camera, says what to do, sends the frames; the server judges them.
import { Camera, CameraFault } from "./face_camera.js";
import { Guide, hintOf, isDone, isFacing, isTooDark, restOf } from "./face_guide.js";

const TICK = 250; // ms between frames
const READ = 900; // a new sentence is read before anything counts
const AT_REST = 5; // frames looking straight ahead, first of all
const BEFORE = 2; // frames of a step kept from before it was seen
const AFTER = 4; // and from then on, the first that shows it among them
const BY_CLOCK = 11; // frames of a step where nothing tells when it was seen
const PATIENCE = 10_000; // then it goes on by the clock: the server may see what we do not
const NOBODY_FOR = 30_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

class Stopped extends Error {}

customElements.define("hb-face", class extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(document.getElementById("face-words").textContent);
    this.form = document.getElementById(this.dataset.form);
    this.camera = new Camera(this.querySelector("video"));
    this.camera.onLost = () => this.fail("lost");
    for (const button of this.querySelectorAll("[data-open]")) button.addEventListener("click", () => this.begin());
    this.querySelector("[data-again]").addEventListener("click", () => this.begin());
    this.querySelector("[data-resend]").addEventListener("click", () => this.send());
    this.hide = () => document.hidden && this.isRunning && this.fail("hidden");
    this.leave = () => this.release();
    document.addEventListener("visibilitychange", this.hide);
    addEventListener("pagehide", this.leave);
    // The clock of the device may be wrong: only how long is left counts.
    this.until = performance.now() + Number(this.dataset.left) * 1000;
    this.enter("idle");
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.hide);
    removeEventListener("pagehide", this.leave);
    this.release();
  }

  release() {
    this.isRunning = false;
    this.camera.close();
    this.guide?.stop();
    this.tone?.stop();
    this.guide = this.tone = null;
    delete this.dataset.look;
  }

  // Where we stand; the sheet shows and hides what belongs to it.
  enter(state) {
    this.dataset.state = state;
    for (const part of this.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(state);
  }

  say(word, hint = "") {
    this.put("[data-word]", word);
    this.put("[data-hint]", hint);
  }

  // Told anew only when it changes: screen readers speak every change.
  put(place, words) {
    const part = this.querySelector(place);
    if (part.textContent !== words) part.textContent = words;
  }

  async begin() {
    if (this.isRunning) return;
    if (performance.now() > this.until) {
      this.fail("late");
      return;
    }
    this.isRunning = true;
    this.mark(-1);
    this.enter("asking");
    this.say(this.words.asking, this.words.asking_hint);
    this.tone = new Tone();
    try {
      await this.camera.open();
      this.guide = new Guide(this.dataset.worker);
      this.enter("running");
      this.say(this.words.ready, this.words.ready_hint);
      await this.guide.started;
      this.dataset.guided = this.guide.isOn;
      this.frames = [];
      await this.perform();
      this.release();
      await this.send();
    } catch (fault) {
      if (fault instanceof Stopped) return;
      this.fail(fault instanceof CameraFault ? fault.kind : "broken");
    }
  }

  async perform() {
    this.started = performance.now();
    await this.rest();
    for (const [place, step] of this.words.steps.entries()) {
      this.mark(place);
      this.say(step.word, step.hint);
      navigator.vibrate?.(60);
      await pause(READ);
      await this.step(place + 1, step.key, step.hint);
      this.signal();
    }
    this.mark(this.words.steps.length);
  }

  // Looking straight ahead, for a start: without guidance simply for a moment.
  async rest() {
    const faces = [];
    const kept = [];
    const since = performance.now();
    while (kept.length < AT_REST) {
      const shot = await this.shoot(0);
      const isGood = !shot.hint && (!shot.face || isFacing(shot.face));
      this.say(this.words.straight, shot.hint ? this.words.hints[shot.hint] : this.words.straight_hint);
      if (isGood) {
        kept.push(shot);
        if (shot.face) faces.push(shot.face);
      }
      if (performance.now() - since > NOBODY_FOR) throw new CameraFault(shot.hint || "aside");
    }
    this.still = faces.length ? restOf(faces) : null;
    this.frames.push(...kept);
  }

  // With guidance a step ends soon after it was seen; what came long before is of no use to anybody.
  async step(number, key, hint) {
    const kept = [];
    const until = performance.now() + PATIENCE;
    let left = AFTER;
    let isSeen = false;
    while (left) {
      const shot = await this.shoot(number);
      kept.push(shot);
      isSeen ||= Boolean(this.still && shot.face && isDone(key, shot.face, this.still));
      if (isSeen) {
        this.dataset.look = "seen";
        left -= 1;
        continue;
      }
      if (performance.now() > until || !this.guide.isOn) this.still = null;
      if (!this.still && kept.length >= BY_CLOCK) break;
      if (this.still && kept.length > BEFORE) kept.shift();
      this.put("[data-hint]", shot.hint ? this.words.hints[shot.hint] : hint);
    }
    this.frames.push(...kept);
  }

  async shoot(step) {
    const due = performance.now() + TICK;
    await this.camera.next();
    if (!this.isRunning) throw new Stopped();
    this.camera.draw();
    const at = Math.round(performance.now() - this.started);
    const content = await this.camera.picture();
    const pixels = this.camera.pixels();
    const isDark = isTooDark(pixels);
    const faces = await this.guide.look(pixels);
    const hint = hintOf(faces, isDark);
    this.dataset.look = hint ? "off" : "good";
    await pause(Math.max(0, due - performance.now()));
    return { step, at, content, hint, face: faces?.length === 1 ? faces[0] : null };
  }

  mark(place) {
    for (const [index, row] of [...this.querySelectorAll("[data-steps] > li")].entries()) {
      row.classList.toggle("face-step-done", index < place);
      row.classList.toggle("face-step-now", index === place);
      if (index === place) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    }
  }

  // Eyes may be closed, or the sight weak: a short tone tells that a step is over.
  signal() {
    navigator.vibrate?.([40, 60, 40]);
    this.tone?.sound();
  }

  async send() {
    this.enter("sending");
    this.say(this.words.sending, this.words.sending_hint);
    const body = new FormData(this.form);
    for (const { step, at, content } of this.frames) {
      body.append("step", step);
      body.append("at", at);
      body.append("frame", content, "frame.jpg");
    }
    const answer = await fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (told?.url) {
      this.frames = [];
      location.assign(told.url);
    } else if (told?.detail) {
      this.querySelector("[data-refusal]").textContent = told.detail;
      this.fail("refusal", told.can_resend);
    } else this.fail("network", true);
  }

  fail(kind, canResend = false) {
    this.release();
    this.enter("failed");
    this.say(this.words.failed);
    for (const one of this.querySelectorAll("[data-fault]")) one.hidden = one.dataset.fault !== kind;
    this.querySelector("[data-again]").hidden = canResend || ["refusal", "late"].includes(kind);
    this.querySelector("[data-resend]").hidden = !canResend;
    this.querySelector("[data-faults]").focus();
  }
});

// Sound may begin only where somebody pressed something; a browser without it stays silent.
class Tone {
  constructor() {
    this.context = globalThis.AudioContext ? new AudioContext() : null;
  }

  sound() {
    if (!this.context) return;
    const wave = new OscillatorNode(this.context, { frequency: 880 });
    wave.connect(new GainNode(this.context, { gain: 0.08 })).connect(this.context.destination);
    wave.start();
    wave.stop(this.context.currentTime + 0.12);
  }

  stop() {
    this.context?.close();
  }
}
