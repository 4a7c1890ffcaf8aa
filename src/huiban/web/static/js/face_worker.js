// SPDX-License-Identifier: Apache-2.0
// Finds the face and its landmarks in small pictures, away from the page, so that it stays smooth.
// What it finds guides the person; the server judges the frames by itself and never hears of this.
import { Human } from "../vendor/@vladmandic/human/human.esm.js";

const OFF = { enabled: false };
const VENDOR = new URL("../vendor/", import.meta.url);

let human = null;

async function start() {
  human = new Human({
    backend: "wasm",
    wasmPath: new URL("@tensorflow/tfjs-backend-wasm/", VENDOR).href,
    modelBasePath: new URL("@vladmandic/human/models/", VENDOR).href,
    cacheModels: false,
    cacheSensitivity: 0,
    warmup: "none",
    debug: false,
    async: false,
    filter: OFF,
    gesture: OFF,
    face: {
      enabled: true,
      detector: { rotation: false, maxDetected: 2, minConfidence: 0.3, skipFrames: 0, skipTime: 0, return: false },
      mesh: { enabled: true },
      attention: OFF, iris: OFF, emotion: OFF, description: OFF, antispoof: OFF, liveness: OFF,
    },
    body: OFF, hand: OFF, object: OFF, segmentation: OFF,
  });
  await human.load();
  postMessage({ isReady: true });
}

// Measures of one face: its edges (0 to 1 across the picture), how far it is turned to the person's
// left, how open eyes and mouth are.
function measure({ meshRaw: mesh }, ratio) {
  const apart = (one, other) => Math.hypot(mesh[one][0] - mesh[other][0], (mesh[one][1] - mesh[other][1]) * ratio) || 1e-6;
  const turned = (2 * mesh[1][0] - mesh[33][0] - mesh[263][0]) / apart(33, 263);
  const open = (apart(159, 145) / apart(33, 133) + apart(386, 374) / apart(263, 362)) / 2;
  const edges = { left: mesh[234][0], right: mesh[454][0], top: mesh[10][1], bottom: mesh[152][1] };
  return { ...edges, turned, open, mouth: apart(13, 14) / apart(10, 152) };
}

async function look({ width, height, pixels }) {
  const input = human.tf.tensor(new Uint8Array(pixels), [height, width, 4], "int32");
  try {
    const { face, error } = await human.detect(input);
    if (error) throw new Error(error);
    return face.filter((one) => one.meshRaw.length > 450).map((one) => measure(one, height / width));
  } finally {
    human.tf.dispose(input);
  }
}

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ number: data.number, faces: await look(data) });
  } catch (fault) {
    postMessage({ fault: String(fault) });
  }
});
start().catch((fault) => postMessage({ fault: String(fault) }));
