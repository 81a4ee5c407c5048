import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { endOf } from "../../support/children.js";
import { rows, wires } from "./rows.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
/** The full names of the tests in this folder as they are written; `over %s` is each of `wires`. */
let names: string[];

beforeAll(async () => {
  const args = [vitest, "list", "--static-parse", "--json", "--project", "real", "test/real/rows"];
  // A run of its own must not take itself for a part of this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")));
  const { stdout } = await endOf(spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] }));
  names = (JSON.parse(stdout) as { readonly name: string }[]).map(({ name }) => name);
});

const isOf = (id: string, wire: string) => (name: string) =>
  [`over ${wire} > `, "over %s > "].some((start) => name.startsWith(start)) && new RegExp(`\\b${id}\\b`).test(name);

test.each(Object.entries(rows))("row %s has a test over each wire where it makes sense", (id, { wires: needed }) => {
  const tested = wires.filter((wire) => names.some(isOf(id, wire)));

  expect(tested).toEqual(needed);
});

test("what is over `%s` is over every wire", () => {
  const folder = new URL(".", import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const before = sources.flatMap((source) => source.match(/^describe.*(?=\("over %s",)/gm) ?? []);

  expect(before.length).toBeGreaterThan(5);
  expect(new Set(before)).toEqual(new Set(["describe.each(wires)"]));
});

test("a row that is not tested over a wire says why", () => {
  const silent = Object.values(rows).filter((row) => row.wires.length < wires.length && row.because === undefined);

  expect(silent).toEqual([]);
});

test("no test bears the id of a row that is not there", () => {
  const ids = names.flatMap((name) => name.match(/\bM\d+\b/g) ?? []);

  expect(ids.filter((id) => !Object.hasOwn(rows, id))).toEqual([]);
});
