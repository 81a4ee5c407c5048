import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { rows, wires } from "./rows.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
/** The full names of the tests in this folder, as they would be run. */
let names: string[];

beforeAll(async () => {
  const args = [vitest, "list", "--json", "--project", "real", "test/real/rows"];
  // A run of its own must not take itself for a part of this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")));
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env, maxBuffer: 2 ** 24 });
  names = (JSON.parse(stdout) as { readonly name: string }[]).map(({ name }) => name);
});

const isOf = (id: string, wire: string) => (name: string) =>
  name.startsWith(`over ${wire} > `) && new RegExp(`\\b${id}\\b`).test(name);

test.each(Object.entries(rows))("row %s has a test over each wire where it makes sense", (id, { wires: needed }) => {
  const tested = wires.filter((wire) => names.some(isOf(id, wire)));

  expect(tested).toEqual(needed);
});

test("a row that is not tested over a wire says why", () => {
  const silent = Object.values(rows).filter((row) => row.wires.length < wires.length && row.because === undefined);

  expect(silent).toEqual([]);
});

test("no test bears the id of a row that is not there", () => {
  const ids = names.flatMap((name) => name.match(/\bM\d+\b/g) ?? []);

  expect(ids.filter((id) => !Object.hasOwn(rows, id))).toEqual([]);
});
