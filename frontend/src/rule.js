// SPDX-License-Identifier: Apache-2.0
/**
 * Evaluates a rule (规则) in the browser, with the answers the server would give.
 *
 * A rule is what huiban.kernel.rule.to_json makes. The answer is true, false or null (unknown).
 * Facts have the stored form: numbers as JSON numbers or decimal texts, dates as "2026-03-05".
 * Numbers are exact: {units, scale} with a BigInt, so 0.1 + 0.2 is 0.3 and 2^53 + 1 is itself.
 */

const NUMBER = /^-?\d{1,30}(\.\d{1,30})?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

function number(value) {
  const text = typeof value === "bigint" || Number.isSafeInteger(value) ? `${value}` : value;
  if (typeof text === "number") return number(plain(text));
  if (typeof text !== "string" || !NUMBER.test(text)) return null;
  const [whole, fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

// 1e-7 and 1e21 are how JavaScript spells small and large numbers.
function plain(value) {
  if (!Number.isFinite(value)) return null;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(12).replace(/0+$/, "");
}

function rescaled(one, scale) {
  return one.units * 10n ** BigInt(scale - one.scale);
}

function aligned(a, b) {
  const scale = Math.max(a.scale, b.scale);
  return [rescaled(a, scale), rescaled(b, scale), scale];
}

/** A number is unknown unless it has fewer units, at the scale, than the limit. */
function within(value, limit, scale) {
  if (value === null) return null;
  const units = value.units < 0n ? -value.units : value.units;
  const [left, right] = aligned({ units, scale: value.scale }, { units: BigInt(limit), scale });
  return left < right ? value : null;
}

const READ = {
  text: (value) => (typeof value === "string" ? value : null),
  choice: (value) => (typeof value === "string" ? value : null),
  boolean: (value) => (typeof value === "boolean" ? value : null),
  date: (value) => (typeof value === "string" && DATE.test(value) ? value : null),
  list: (value) => (Array.isArray(value) ? value : null),
  integer: number,
  decimal: number,
};

function compare(a, b) {
  if (typeof a === "object") [a, b] = aligned(a, b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function pad(value, length) {
  return `${value}`.padStart(length, "0");
}

function parts(day) {
  return day.split("-").map(Number);
}

function ordinal(day) {
  const [year, month, date] = parts(day);
  return new Date(Date.UTC(2000, month - 1, date)).setUTCFullYear(year, month - 1, date) / 86400000;
}

/** Months first, held to the last day of the month; then days. */
function shifted(day, months, days) {
  const [year, month, date] = parts(day);
  const index = year * 12 + month - 1 + months;
  const [toYear, toMonth] = [Math.floor(index / 12), index - Math.floor(index / 12) * 12];
  const last = new Date(Date.UTC(2000, 0, 1));
  last.setUTCFullYear(toYear, toMonth + 1, 0);
  const moved = new Date(Date.UTC(2000, 0, 1));
  moved.setUTCFullYear(toYear, toMonth, Math.min(date, last.getUTCDate()) + days);
  const [y, m, d] = [moved.getUTCFullYear(), moved.getUTCMonth() + 1, moved.getUTCDate()];
  if (y < 1 || y > 9999) throw new RangeError(`${day} moved by ${months} months leaves the calendar`);
  return `${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}`;
}

function monthsBetween(start, end) {
  const [a, b] = [parts(start), parts(end)];
  return (b[0] - a[0]) * 12 + b[1] - a[1] - (b[2] < a[2] ? 1 : 0);
}

function yearsBetween(start, end) {
  return parts(end)[0] - parts(start)[0] - (end.slice(5) < start.slice(5) ? 1 : 0);
}

function whole(value) {
  return { units: BigInt(value), scale: 0 };
}

/** Functions and operators that are unknown as soon as one operand is. */
const STRICT = {
  "=": (a, b) => compare(a, b) === 0,
  "<>": (a, b) => compare(a, b) !== 0,
  "<": (a, b) => compare(a, b) < 0,
  "<=": (a, b) => compare(a, b) <= 0,
  ">": (a, b) => compare(a, b) > 0,
  ">=": (a, b) => compare(a, b) >= 0,
  in: (a, ...members) => members.some((one) => compare(a, one) === 0),
  length: (text) => whole([...text].length),
  cardinality: (list) => whole(list.length),
  contains: (list, text) => list.includes(text),
  days_between: (start, end) => whole(ordinal(end) - ordinal(start)),
  months_between: (start, end) => whole(monthsBetween(start, end)),
  years_between: (start, end) => whole(yearsBetween(start, end)),
  "+": (a, b) => sum(a, b, 1n),
  "-": (a, b) => sum(a, b, -1n),
  "*": (a, b) => ({ units: a.units * b.units, scale: a.scale + b.scale }),
  abs: (a) => ({ units: a.units < 0n ? -a.units : a.units, scale: a.scale }),
};

function sum(a, b, sign) {
  const [left, right, scale] = aligned(a, b);
  return { units: left + sign * right, scale };
}

function all(nodes, run, stop) {
  let result = !stop;
  for (const node of nodes) {
    const value = run(node);
    if (value === stop) return stop;
    if (value === null) result = null;
  }
  return result;
}

const FORMS = {
  field: ([name, kind], run, facts) => {
    const value = Object.hasOwn(facts, name) ? facts[name] : null;
    return value === null || value === undefined ? null : READ[kind](value);
  },
  number: ([text]) => number(text),
  text: ([text]) => text,
  date: ([day]) => day,
  boolean: ([value]) => value,
  as_of: (_, run, facts, asOf) => asOf,
  shift: ([day, months, days], run) => shifted(run(day), months, days),
  and: (nodes, run) => all(nodes, run, false),
  or: (nodes, run) => all(nodes, run, true),
  not: ([node], run) => {
    const value = run(node);
    return value === null ? null : !value;
  },
  is_null: ([node], run) => run(node) === null,
  coalesce: (nodes, run) => {
    for (const node of nodes) {
      const value = run(node);
      if (value !== null) return value;
    }
    return null;
  },
  within: ([node, limit, scale], run) => within(run(node), limit, scale),
  starts: ([node, body], run) => run(node)?.startsWith(body) ?? null,
  ends: ([node, body], run) => run(node)?.endsWith(body) ?? null,
  has: ([node, body], run) => run(node)?.includes(body) ?? null,
};

/**
 * Returns true, false, or null for unknown.
 *
 * @param {Array} rule  nested lists from to_json
 * @param {Object} facts  stored values by name; a missing one is unknown
 * @param {string} asOf  the date the rule is asked for, "2026-03-05"
 */
export function evaluate(rule, facts, asOf) {
  const run = (node) => {
    const [op, ...rest] = node;
    if (Object.hasOwn(FORMS, op)) return FORMS[op](rest, run, facts, asOf);
    if (!Object.hasOwn(STRICT, op)) throw new Error(`this page is older than the rule: ${op}`);
    const values = rest.map(run);
    return values.some((value) => value === null) ? null : STRICT[op](...values);
  };
  return run(rule);
}

/** Returns the names of the facts a rule looks at: what a form must watch. */
export function fieldsOf(rule) {
  if (rule[0] === "field") return new Set([rule[1]]);
  return new Set(rule.filter(Array.isArray).flatMap((node) => [...fieldsOf(node)]));
}
