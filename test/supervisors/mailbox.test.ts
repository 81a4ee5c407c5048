import { expect, test } from "vitest";
import { type noreply, type ServerRef, server } from "../../actors/index.js";
import { child, supervisor } from "../../supervisors/index.js";
import { testRuntime } from "../support/runtime.js";

interface Sink {
  calls: { wait(): void };
}

/** Never answers, and is busy for ever once it was called. */
const sink = server<Sink>("sink")({
  init: () => 0,
  calls: { wait: () => new Promise<ReturnType<typeof noreply<number>>>(() => undefined) },
  casts: {},
});

test("a child's mailbox is bounded as its spec says, in each of its lives", async () => {
  const { runtime, clock } = testRuntime();
  const mailbox = { limit: 1, overflow: "dropNewest" } as const;
  await runtime.start(supervisor("top", { children: [child("sink", sink, undefined, { name: "sink", mailbox })] }));
  /** What the third caller is told, while the first is being served and the second waits. */
  const overload = async () => {
    const ref = runtime.whereis("sink") as ServerRef<Sink>;
    const call = () => ref.call("wait").catch((error) => error.failure);
    const served = call();
    await clock.settle();
    const waiting = call();
    const refused = await call();
    ref.exit("kill");
    expect(await Promise.all([served, waiting])).toEqual(["exit", "exit"]);
    return refused;
  };

  expect(await overload()).toBe("overloaded");
  await clock.settle();
  expect(await overload()).toBe("overloaded");

  await runtime.stop();
});
