import { describe, expect, test } from "vitest";
import type { ClientEvents, EventName } from "../../../src/index.js";
import { notify, Script, type Step, say, together, wait } from "../../../src/testing/index.js";
import { connectInMemory, type Stage } from "../../support/memory.js";

const LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const;
const message = (params: object) => notify("notifications/message", { ...params });
const times = (count: number, step: (index: number) => Step) =>
  Array.from({ length: count }, (_, index) => step(index));

async function connectWith(...steps: Step[]): Promise<Stage> {
  return await connectInMemory(new Script().tool("work", ...steps, say("done")));
}

function collect<E extends EventName>({ client, clock }: Stage, event: E): { at: number; value: ClientEvents[E] }[] {
  const heard: { at: number; value: ClientEvents[E] }[] = [];
  client.on(event, (value) => heard.push({ at: clock.now(), value }));
  return heard;
}

describe("M16 log messages", () => {
  test("of all eight levels come to the event and to `onLog`", async () => {
    const heard: unknown[] = [];
    const steps = LEVELS.map((level) => message({ level, logger: "db", data: { n: 1 } }));
    const stage = await connectInMemory(new Script().tool("work", ...steps, say("done")), {
      onLog: ({ level }) => heard.push(level),
    });
    const events = collect(stage, "log");
    await stage.drive(stage.client.callTool("work"));
    await stage.clock.settle();

    expect(events.map(({ value }) => value)).toEqual(LEVELS.map((level) => ({ level, logger: "db", data: { n: 1 } })));
    expect(heard).toEqual([...LEVELS]);
  });

  test("that are malformed are dropped and counted", async () => {
    const stage = await connectWith(message({ level: "loud", data: 1 }), message({ data: 1 }));
    const events = collect(stage, "log");
    await stage.drive(stage.client.callTool("work"));

    expect(events).toEqual([]);
    expect(stage.client.stats.messages.invalid).toBe(2);
  });

  test("a handler that throws is harmless: it hears the next one, and so do others", async () => {
    const stage = await connectWith(message({ level: "info", data: 1 }), message({ level: "info", data: 2 }));
    const failures = collect(stage, "callbackError");
    let count = 0;
    stage.client.on("log", () => {
      count++;
      throw new Error("handler");
    });
    const events = collect(stage, "log");
    await stage.drive(stage.client.callTool("work"));
    await stage.clock.settle();

    expect([count, events.length, failures.length]).toEqual([2, 2, 2]);
  });

  test("a flood to a handler that hangs is bounded, the newest kept, and no other handler waits", async () => {
    const stage = await connectWith(together(...times(6_000, (data) => message({ level: "info", data }))));
    let release: () => void = () => undefined;
    const slow: unknown[] = [];
    stage.client.on("log", ({ data }) => {
      slow.push(data);
      if (slow.length === 1) return new Promise<void>((resolve) => (release = resolve));
      return undefined;
    });
    const quick = collect(stage, "log");
    await stage.drive(stage.client.callTool("work"));
    await stage.clock.settle();
    release();
    await stage.clock.settle();

    expect(quick).toHaveLength(6_000);
    expect([slow.length, slow[1], slow.at(-1)]).toEqual([4_097, 6_000 - 4_096, 5_999]);
    expect(stage.client.stats.notifications.overflow).toBe(6_000 - 4_097);
  });
});

describe.each([
  ["toolsChanged", "notifications/tools/list_changed"],
  ["promptsChanged", "notifications/prompts/list_changed"],
  ["resourcesChanged", "notifications/resources/list_changed"],
] as const)("M17 %s", (event, method) => {
  test("is told once for one notification, at once", async () => {
    const stage = await connectWith(wait(50), notify(method));
    const heard = collect(stage, event);
    const before = stage.clock.now();
    await stage.drive(stage.client.callTool("work"));
    await stage.clock.advance(1_000);

    expect(heard.map(({ at }) => at - before)).toEqual([50]);
  });

  test("a flood is thinned out to one per 100 ms, and never starved", async () => {
    // One every 30 ms for 3 s: whoever waited for silence would wait for ever.
    const steps = times(100, () => notify(method)).flatMap((step) => [step, wait(30)]);
    const stage = await connectWith(...steps);
    const heard = collect(stage, event);
    const before = stage.clock.now();
    await stage.drive(stage.client.callTool("work", {}, { timeout: 10_000 }));
    await stage.clock.advance(1_000);

    expect(heard.length).toBeGreaterThanOrEqual(29);
    expect(heard.length).toBeLessThanOrEqual(31);
    const gaps = heard.slice(1).map(({ at }, index) => at - (heard[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
    expect(heard.at(-1)?.at).toBeGreaterThanOrEqual(before + 99 * 30);
  });
});

describe("M17 other news", () => {
  test("resources/updated is told each time", async () => {
    const updated = (uri: unknown) => notify("notifications/resources/updated", { uri });
    const stage = await connectWith(updated("file:///a"), updated("file:///a"), updated(5));
    const heard = collect(stage, "resourceUpdated");
    await stage.drive(stage.client.callTool("work"));
    await stage.clock.settle();

    expect(heard.map(({ value }) => value)).toEqual([{ uri: "file:///a" }, { uri: "file:///a" }]);
    expect(stage.client.stats.messages.invalid).toBe(1);
  });

  test("a task's status is told, in the form of either era", async () => {
    const task = { taskId: "t", status: "working", statusMessage: "half", ttl: null };
    const stage = await connectWith(
      notify("notifications/tasks/status", task),
      notify("notifications/tasks", { ...task, status: "completed", result: {} }),
      notify("notifications/tasks", { status: "completed" }),
    );
    const heard = collect(stage, "taskStatus");
    await stage.drive(stage.client.callTool("work"));
    await stage.clock.settle();

    expect(heard.map(({ value }) => value)).toEqual([
      { taskId: "t", status: "working", statusMessage: "half", task },
      { taskId: "t", status: "completed", statusMessage: "half", task: { ...task, status: "completed", result: {} } },
    ]);
    expect(stage.client.stats.messages.invalid).toBe(1);
  });
});
