import { expect, test } from "vitest";
import { reply, server } from "../../actors/index.js";
import { child, dynamicSupervisor, partialChild, supervisor } from "../../supervisors/index.js";
import { testRuntime } from "../support/runtime.js";

test("the example of supervisor(): a child that crashes starts again", async () => {
  const { runtime, clock, crashes } = testRuntime();
  const counter = server<{ calls: { next(): number }; casts: { fail(): void } }>("counter")({
    init: (start: number) => start,
    calls: { next: (_, n) => reply(n, n + 1) },
    casts: {
      fail: () => {
        throw new Error("out of numbers");
      },
    },
  });
  const counters = supervisor("counters", {
    strategy: "one_for_one",
    intensity: { maxRestarts: 5, within: 1_000 },
    children: [child("low", counter, 0), child("high", counter, 1_000)],
  });
  const ref = await runtime.start(counters);
  const more = await ref.startChild(child("more", counter, 2_000, { name: "more" }));
  expect(more.status).toBe("ok");
  if (more.status !== "ok") return;
  expect(await more.process.call("next")).toBe(2_000);
  more.process.cast("fail");
  await clock.settle();
  expect(crashes).toHaveLength(1);
  expect(await (runtime.whereis("more") as typeof more.process).call("next")).toBe(2_000);
  await runtime.stop();
});

test("the examples of dynamicSupervisor() and partialChild()", async () => {
  const { runtime } = testRuntime();
  interface Pool {
    readonly size: number;
  }
  interface Session {
    calls: { who(): string };
  }
  const session = server<Session>("session")({
    init: ([pool, user]: readonly [Pool, string]) => `${user} of ${pool.size}`,
    calls: { who: (_, who) => reply(who, who) },
    casts: {},
  });
  const pool: Pool = { size: 7 };
  const sessions = await runtime.start(dynamicSupervisor("sessions", { maxChildren: 1_000, extraArguments: [pool] }));
  const started = await sessions.startChild(partialChild("session", session, "ada", { restart: "temporary" }));
  expect(started.status === "ok" && (await started.process.call("who"))).toBe("ada of 7");
  if (started.status === "ok") expect(await sessions.terminateChild(started.process)).toEqual({ status: "ok" });
  await runtime.stop();
});
