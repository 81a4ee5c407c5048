import type { CallFailure, Process, ServerCallbacks } from "caduceus/actors";
import * as actors from "caduceus/actors";
import type { ChildOptions, SupervisorRef } from "caduceus/supervisors";
import * as supervisors from "caduceus/supervisors";
import { describe, expect, test } from "vitest";
import { codeBlocks, names, read, table } from "./pages.js";
import { printed } from "./printed.js";

const page = "docs/otp.md";

// Each of these is complete, or does not compile.
const failures: Record<CallFailure, true> = {
  timeout: true,
  noproc: true,
  exit: true,
  calling_self: true,
  aborted: true,
  overloaded: true,
};
const callbacks: Record<keyof ServerCallbacks<unknown, unknown, unknown>, true> = {
  init: true,
  calls: true,
  casts: true,
  info: true,
  continue: true,
  timeout: true,
  terminate: true,
  describe: true,
};
const childOptions: Record<keyof ChildOptions, true> = {
  restart: true,
  shutdown: true,
  significant: true,
  type: true,
  name: true,
  label: true,
  startTimeout: true,
  mailbox: true,
};
const administration: Record<Exclude<keyof SupervisorRef, keyof Process>, true> = {
  startChild: true,
  terminateChild: true,
  restartChild: true,
  deleteChild: true,
  whichChildren: true,
  countChildren: true,
};

describe("the examples print what the page shows", () => {
  const shown = codeBlocks(page)
    .filter(({ language }) => language === "text")
    .map(({ text }) => text.trimEnd().split("\n"));

  test("processes.ts: a process ends, and others hear of it", async () => {
    expect(shown).toContainEqual(await printed("processes"));
  });

  test("pool.ts: a worker breaks over its job, and is replaced", async () => {
    expect(shown).toContainEqual(await printed("pool"));
  });

  test("door.ts: a machine closes by itself, and postpones what it cannot take", async () => {
    expect(await printed("door")).toEqual(["0 open", "10000 locked", "10000 blocked", "70000 unlocked"]);
  });

  test("names.ts: a name outlives its process, and a topic has many", async () => {
    expect(await printed("names")).toEqual(["120", "ada crashed", "100", "rates: up", "rates: up"]);
  });

  test("tasks.ts: results, and a failure that is one", async () => {
    expect(await printed("tasks")).toEqual(["500", "1200", "the search for lost crashed", "not found"]);
  });
});

test.each(["counter", "processes", "pool", "door", "names", "tasks", "session", "session.test"])(
  "the page has all of %s.ts",
  (name) => {
    const example = `docs/examples/${name}.ts`;

    const quoted = codeBlocks(page).find((block) => block.example === example);

    expect(quoted?.text).toBe(read(example));
  },
);

describe("the page is complete", () => {
  const exported = Object.entries({ ...actors, ...supervisors });

  test("every function and class is named", () => {
    const missing = exported.filter(([name, value]) => typeof value === "function" && !read(page).includes(name));

    expect(missing.map(([name]) => name)).toEqual([]);
  });

  test("the table of errors has every one, and no other", () => {
    const errors = exported.filter(([, value]) => typeof value === "function" && value.prototype instanceof Error);

    expect(names(table(page, "error", "what it says")).sort()).toEqual(errors.map(([name]) => name).sort());
  });

  test("the table of a call's failures has every one, and no other", () => {
    expect(names(table(page, "`failure`", "when")).sort()).toEqual(Object.keys(failures).sort());
  });

  test("the table of a server's callbacks has every one, and no other", () => {
    const named = names(table(page, "callback", "runs", "when there is none"));

    expect(named.map((name) => name.replace(/\(.*/, "")).sort()).toEqual(Object.keys(callbacks).sort());
  });

  test("the table of a child's options has every one, and no other", () => {
    const named = names(table(page, "option of a child", "default", "meaning"));

    expect(named.sort()).toEqual(Object.keys(childOptions).sort());
  });

  test("the table of a supervisor's methods has every one, and no other", () => {
    const named = names(table(page, "method", "what it answers besides `ok`"));

    expect(named.map((name) => name.replace(/\(.*/, "")).sort()).toEqual(Object.keys(administration).sort());
  });
});
