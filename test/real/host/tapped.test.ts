import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { endOf } from "../../support/children.js";
import { takeFromPrograms } from "../../support/wire-programs.js";
import { takeViolations, watchWire } from "../../support/wire-violations.js";

/** Runs a program of the fixtures' to its end; returns the methods of what its client sent. */
async function sentBy(name: string): Promise<string[]> {
  const program = fileURLToPath(new URL(`../fixtures/${name}.mjs`, import.meta.url));
  await endOf(spawn(process.execPath, [program]));
  const sent = takeFromPrograms();
  for (const each of sent) watchWire(each);
  return sent.map(({ text }) => (JSON.parse(text) as { readonly method: string }).method);
}

const opening = ["server/discover", "initialize", "notifications/initialized"];

test("what a program of its own sends is looked at like everything else", async () => {
  expect(await sentBy("closes")).toEqual([...opening, "tools/call"]);
  expect(takeViolations()).toEqual([]);
});

test("a message of its that does not fit the specification's schema is found", async () => {
  expect(await sentBy("malformed")).toEqual([...opening, "resources/read"]);
  expect(takeViolations()).toEqual([expect.stringContaining("ReadResourceRequest of 2025-11-25")]);
});

test("what it sends is looked at however it ends", async () => {
  expect(await sentBy("exits")).toEqual(expect.arrayContaining(opening));
});
