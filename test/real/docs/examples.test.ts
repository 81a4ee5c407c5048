import { expect, test } from "vitest";
import { printed } from "../../docs/printed.js";

test("first-steps.ts connects to a real server, lists its tools, and follows an operation", async () => {
  const [connected, tools, ...rest] = await printed("first-steps");

  expect(connected).toMatch(/^connected to .*everything/);
  expect(tools).toMatch(/^tools: .*\btrigger-long-running-operation\b/);
  expect(rest.slice(0, 4)).toEqual(["step 1 of 4", "step 2 of 4", "step 3 of 4", "step 4 of 4"]);
  expect(rest.join(" ")).toContain("Long running operation completed");
});

test("progress.ts hears of progress by callback, by token and as a stream", async () => {
  expect(await printed("progress")).toEqual([
    "callback 1 2 undefined",
    "callback 2 2 undefined",
    "both 1",
    "listener 1",
    "both 2",
    "listener 2",
    "stream 1",
    "stream 2",
    "done",
  ]);
});

test("cancel.ts cancels by handle and by signal", async () => {
  expect(await printed("cancel")).toEqual(["by handle: seen enough", "by signal: CANCELLED the window was closed"]);
});

test("limits.ts outlives a limit of silence, and meets the limit of the whole", async () => {
  expect(await printed("limits")).toEqual(["done", "maxTimeout of 1500 ms, unknown"]);
});

test("eras.ts speaks with a server of each era", async () => {
  expect(await printed("eras")).toEqual(["legacy 2025-11-25", "modern 2026-07-28"]);
});

test("long-task.ts calls a tool that becomes a task", async () => {
  const [first, second, third, ...result] = await printed("long-task");

  expect([first, second, third]).toEqual(["working undefined", "working reading", "completed reading"]);
  expect(result.join(" ")).toContain("42 files");
});

test("operation.ts sends a request that has no method of its own", async () => {
  expect(await printed("operation")).toEqual(["true"]);
});

test("server-dies.ts loses a call with its server, and makes the next one", async () => {
  const lines = await printed("server-dies");

  expect(lines).toContain("lost: The server was ended by SIGKILL");
  expect(lines).toContain("unknown SIGKILL [ 'out of memory' ]");
  expect(lines.indexOf("ready again, incarnation 2")).toBeLessThan(
    lines.indexOf("[ { type: 'text', text: 'hello' } ]"),
  );
  expect(lines.at(-1)).toBe("[ { type: 'text', text: 'hello' } ]");
});
