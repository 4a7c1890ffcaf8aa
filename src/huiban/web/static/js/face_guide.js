// SPDX-License-Identifier: Apache-2.0
// Guidance while somebody looks into the camera: what to put right, and whether a step was seen.
// Only guidance: the server judges the frames by itself. Without a model the steps go by the clock.
const START_WITHIN = 8000;
const LOOK_WITHIN = 3000;
const DARKEST = 45; // mean brightness, of 255
const BLINK = 0.65; // of how open the eyes are at rest
const TURN = 0.3;
const MOUTH = 0.05; // of the height of the face

export class Guide {
  constructor(address) {
    this.isOn = false;
    this.waiting = new Map();
    this.number = 0;
    this.started = this.start(address);
  }

  // Resolves to whether there is guidance; nobody waits long for it.
  start(address) {
    return new Promise((done) => {
      const end = (isOn) => {
        clearTimeout(timer);
        this.isOn = isOn;
        if (!isOn) this.stop();
        done(isOn);
      };
      const timer = setTimeout(() => end(false), START_WITHIN);
      try {
        this.worker = new Worker(address, { type: "module" });
      } catch {
        end(false);
        return;
      }
      this.worker.addEventListener("error", () => end(false));
      this.worker.addEventListener("message", ({ data }) => {
        if (data.fault) end(false);
        else if (data.isReady) end(true);
        else this.hear(data);
      });
    });
  }

  hear({ number, faces }) {
    this.waiting.get(number)?.(faces);
    this.waiting.delete(number);
  }

  // Resolves to the faces in a picture, or to null where there is no guidance (any more).
  look({ width, height, data }) {
    if (!this.isOn) return Promise.resolve(null);
    const number = ++this.number;
    return new Promise((done) => {
      const late = setTimeout(() => { this.isOn = false; this.stop(); }, LOOK_WITHIN);
      this.waiting.set(number, (faces) => { clearTimeout(late); done(faces); });
      this.worker.postMessage({ number, width, height, pixels: data.buffer }, [data.buffer]);
    });
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
    for (const done of this.waiting.values()) done(null);
    this.waiting.clear();
  }
}

// What is to be put right before the face can be read: the name of a sentence, or nothing.
export function hintOf(faces, isDark) {
  if (isDark) return "dark";
  if (faces === null) return "";
  if (!faces.length) return "nobody";
  if (faces.length > 1) return "several";
  const { left, right, top, bottom } = faces[0];
  if (bottom - top < 0.34) return "far";
  if (bottom - top > 0.85) return "near";
  const [across, down] = [(left + right) / 2, (top + bottom) / 2];
  return Math.abs(across - 0.5) > 0.17 || Math.abs(down - 0.5) > 0.2 ? "aside" : "";
}

export function isFacing(face) {
  return Math.abs(face.turned) < 0.25;
}

// How the face is at rest; every step is told by its distance from it.
export function restOf(faces) {
  const middle = (name) => faces.map((one) => one[name]).sort((a, b) => a - b)[Math.floor(faces.length / 2)];
  return { turned: middle("turned"), open: middle("open"), mouth: middle("mouth") };
}

export function isDone(step, face, rest) {
  switch (step) {
    case "blink": return face.open < rest.open * BLINK;
    case "turn_left": return face.turned - rest.turned > TURN;
    case "turn_right": return rest.turned - face.turned > TURN;
    case "open_mouth": return face.mouth - rest.mouth > MOUTH;
    default: return false;
  }
}

// Asked before the pixels are handed to the model, which takes them along.
export function isTooDark({ data }) {
  let sum = 0;
  const stride = 4 * 97;
  for (let at = 0; at < data.length; at += stride) sum += data[at] + data[at + 1] + data[at + 2];
  return sum / (3 * Math.ceil(data.length / stride)) < DARKEST;
}
