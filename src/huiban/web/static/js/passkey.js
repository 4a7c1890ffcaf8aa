// SPDX-License-Identifier: Apache-2.0
// Speaks to a passkey's device: hands it the server's question, sends its answer with the form.

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
};

const text = (buffer) => {
  if (!buffer) return null;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const described = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

const ASKED = {
  create: (options) => navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  }),
  get: (options) => navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  }),
};

const FAULTS = {
  NotAllowedError: "cancelled",
  AbortError: "cancelled",
  InvalidStateError: "known",
  SecurityError: "insecure",
};

// Written out, because browsers of a few years ago have no toJSON().
const written = ({ id, type, rawId, response }) => JSON.stringify({
  id,
  type,
  rawId: text(rawId),
  response: {
    clientDataJSON: text(response.clientDataJSON),
    ...(response.attestationObject
      ? { attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] }
      : {
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
        userHandle: text(response.userHandle),
      }),
  },
});

customElements.define("hb-passkey", class extends HTMLElement {
  connectedCallback() {
    this.task = JSON.parse(document.getElementById("passkey-part").textContent);
    this.form = this.querySelector("form");
    this.said = this.querySelector("[data-said]");
    this.problem = this.querySelector("[data-problem]");
    this.button = this.querySelector("[data-go]");
    this.button.addEventListener("click", () => this.ask());
    if (!window.PublicKeyCredential) this.fail("unsupported");
  }

  async ask() {
    if (this.isAsking) return;
    this.isAsking = true;
    this.problem.hidden = true;
    this.said.textContent = this.task.words.waiting;
    try {
      const made = await ASKED[this.task.act](this.task.options);
      this.form.elements.answer.value = written(made);
      this.said.textContent = this.task.words.sending;
      this.form.submit();
    } catch (fault) {
      this.isAsking = false;
      this.fail(FAULTS[fault?.name] ?? "broken");
    }
  }

  fail(key) {
    this.said.textContent = "";
    this.problem.textContent = this.task.words[key];
    this.problem.hidden = false;
    this.problem.focus();
  }
});
