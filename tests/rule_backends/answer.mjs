// SPDX-License-Identifier: Apache-2.0
// Answers every rule over every case: T, F or U. Called by engines.py with the evaluator's path.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { evaluate } = await import(pathToFileURL(process.argv[2]));
const { rules, cases, as_of: asOf } = JSON.parse(readFileSync(0, "utf8"));
const letter = (answer) => (answer === null ? "U" : answer === true ? "T" : answer === false ? "F" : "?");
const answers = rules.map((rule) => cases.map((facts) => letter(evaluate(rule, facts, asOf))).join(""));
process.stdout.write(JSON.stringify(answers));
