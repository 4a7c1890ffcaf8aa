// SPDX-License-Identifier: Apache-2.0
// The camera of the face step: opened, framed as the oval shows it, and let go of for certain.
export const WIDTH = 360;
export const HEIGHT = 480;
const QUALITY = 0.85;
const A_FRAME = 80; // ms, for browsers that do not tell when a picture came
const STALLED = 2000; // ms without a picture; then the last one has to do
const WANTED = { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 } };
const FAULTS = {
  NotAllowedError: "refused", SecurityError: "refused",
  NotFoundError: "missing", OverconstrainedError: "missing",
  NotReadableError: "busy", AbortError: "busy", TypeError: "unable",
};

export class CameraFault extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export class Camera {
  constructor(video) {
    this.video = video;
    this.canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    this.onLost = () => {};
  }

  async open() {
    // Browsers offer no camera to a page that came without encryption.
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraFault("unable");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
      this.video.srcObject = this.stream;
      await this.video.play();
    } catch (fault) {
      this.close();
      throw new CameraFault(FAULTS[fault.name] || "busy");
    }
    for (const track of this.stream.getTracks()) track.addEventListener("ended", () => this.onLost());
  }

  // Resolves with the next picture of the camera: the same one twice would look like no camera.
  next() {
    const tells = Boolean(this.video.requestVideoFrameCallback);
    return new Promise((done) => {
      const late = setTimeout(done, tells ? STALLED : A_FRAME);
      if (tells) this.video.requestVideoFrameCallback(() => { clearTimeout(late); done(); });
    });
  }

  // Draws what stands inside the frame of the page, and no more of the room.
  draw() {
    const { videoWidth: wide, videoHeight: high } = this.video;
    const scale = Math.min(wide / WIDTH, high / HEIGHT);
    const [width, height] = [WIDTH * scale, HEIGHT * scale];
    this.pen.drawImage(this.video, (wide - width) / 2, (high - height) / 2, width, height, 0, 0, WIDTH, HEIGHT);
  }

  picture() {
    return new Promise((done) => this.canvas.toBlob(done, "image/jpeg", QUALITY));
  }

  pixels() {
    return this.pen.getImageData(0, 0, WIDTH, HEIGHT);
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }
}
