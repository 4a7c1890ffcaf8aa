// SPDX-License-Identifier: Apache-2.0
// Shows, hides and demands fields as the answers change, by the same rules as the server.
import { evaluate, fieldsOf } from "./rule.js";
import { isoDate } from "./dates.js";

export function startConditions() {
  const told = document.getElementById("conditions");
  if (!told) return;
  const conditions = JSON.parse(told.textContent);
  const form = document.querySelector("form[data-step]");
  const settle = () => apply(form, conditions);
  form.addEventListener("input", settle);
  form.addEventListener("change", settle);
  settle();
}

function apply(form, conditions) {
  const known = { ...conditions.facts };
  for (const [key, asked] of Object.entries(conditions.fields)) {
    for (const [name, owner] of Object.entries(conditions.owners)) if (owner === key) delete known[name];
    Object.assign(known, factsOf(form, key, asked));
  }
  const hidden = hiddenFields(conditions, known);
  for (const key of Object.keys(conditions.fields)) {
    const row = form.querySelector(`[data-field="${CSS.escape(key)}"]`);
    if (!row) continue;
    if (key in conditions.show) row.hidden = hidden.has(key);
    if (key in conditions.need) demand(row, evaluate(conditions.need[key], known, conditions.as_of) === true);
  }
}

// A field that waits for a hidden one does not apply either; one whose condition is unknown is asked.
function hiddenFields({ show, owners, hidden, fields, as_of: asOf }, known) {
  const settled = new Map(hidden.filter((key) => !(key in fields)).map((key) => [key, true]));
  const isHidden = (key) => {
    if (settled.has(key)) return settled.get(key);
    settled.set(key, false);
    if (!(key in show)) return false;
    const waits = [...fieldsOf(show[key])].map((name) => owners[name]).filter(Boolean);
    const gone = new Set(waits.filter(isHidden));
    const rest = Object.fromEntries(Object.entries(known).filter(([name]) => !gone.has(owners[name])));
    const verdict = evaluate(show[key], rest, asOf);
    settled.set(key, verdict === null ? gone.size > 0 : !verdict);
    return settled.get(key);
  };
  return new Set(Object.keys(fields).filter(isHidden));
}

function demand(row, isNeeded) {
  const mark = row.querySelector("[data-optional]");
  if (mark) mark.hidden = isNeeded;
  for (const control of row.querySelectorAll("input:not([type=hidden]):not([type=radio]), select, textarea")) {
    if (isNeeded) control.setAttribute("aria-required", "true");
    else control.removeAttribute("aria-required");
  }
}

// What stands on the page, as the server would store it; what it could not read is unknown.
function factsOf(form, key, { kind, multiple, columns, options }) {
  if (kind === "table") return tableFacts(form, key, columns, options);
  if (kind === "file") return { [`${key}_count`]: form.querySelectorAll(`[data-field="${CSS.escape(key)}"] .file input[type=hidden]`).length };
  const names = { address: `${key}-text`, signature: `${key}-name`, declaration: `${key}-agreed` };
  const values = valuesOf(form, names[kind] ?? key);
  if (multiple) return values.length ? { [key]: values } : {};
  const fact = read(kind, values[0] ?? "");
  return fact === null ? {} : { [key]: fact };
}

function valuesOf(form, name) {
  return [...form.elements]
    .filter((one) => one.name === name && !((one.type === "radio" || one.type === "checkbox") && !one.checked))
    .map((one) => one.value)
    .filter((value) => value.trim());
}

function read(kind, typed) {
  const text = typed.normalize("NFKC").trim();
  if (!text) return null;
  if (kind === "number" || kind === "money") {
    const plain = text.replace(/[,\s]/g, "");
    return /^-?\d+(\.\d+)?$/.test(plain) ? plain : null;
  }
  if (kind === "date") return isoDate(text) || null;
  if (kind === "boolean" || kind === "declaration") return text === "true" ? true : text === "false" ? false : null;
  return typed.trim();
}

function tableFacts(form, key, columns, options = {}) {
  const rows = [...form.querySelectorAll(`[data-field="${CSS.escape(key)}"] [data-body] > tr`)];
  const cells = rows.map((row) => Object.fromEntries(
    Object.keys(columns).map((column) => [column, row.querySelector(`[name$="-${CSS.escape(column)}"]`)?.value ?? ""]),
  )).filter((row) => Object.values(row).some((value) => value.trim()));
  const found = { [`${key}_count`]: cells.length };
  for (const [column, kind] of Object.entries(columns)) {
    const values = cells.map((row) => read(kind, row[column]));
    if (values.includes(null)) continue;
    if (kind === "number" || kind === "money") found[`${key}_${column}_sum`] = sum(values);
    if (kind === "boolean") found[`${key}_${column}_count`] = values.filter(Boolean).length;
    for (const option of options[column] ?? []) {
      found[`${key}_${column}_${option}_count`] = values.filter((value) => value === option).length;
    }
    if (kind === "date" && values.length) {
      values.sort();
      found[`${key}_${column}_earliest`] = values[0];
      found[`${key}_${column}_latest`] = values.at(-1);
    }
  }
  return found;
}

// Exact sums of decimal texts.
function sum(values) {
  const scale = Math.max(0, ...values.map((value) => (value.split(".")[1] || "").length));
  const total = values.reduce((all, value) => {
    const [whole, fraction = ""] = value.split(".");
    return all + BigInt(whole + fraction.padEnd(scale, "0"));
  }, 0n);
  if (!scale) return total.toString();
  const digits = total.toString().replace("-", "").padStart(scale + 1, "0");
  return `${total < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
