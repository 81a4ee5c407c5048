import { describe, expect, test } from "vitest";
import { die, fail, progress, Script, say, stall, together, wait } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, received, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const threeThenDone = new Script().tool("work", together(progress(1), progress(2), progress(3), say("done")));

describe.each(seeds)("promise 2: the outcome is decided when the response arrives, order %s", (seed) => {
  test("the promise settles after the progress that came before its result", async () => {
    const { client, drive } = await connectInMemory(threeThenDone, { seed });
    const log: unknown[] = [];

    const result = await drive(
      client.callTool("work", {}, { progress: ({ progress }) => log.push(progress) }).then((value) => {
        log.push("settled");
        return value;
      }),
    );

    expect(log).toEqual([1, 2, 3, "settled"]);
    expect(textOf(result)).toBe("done");
  });

  test("updates are delivered one at a time and in order, to a callback that is slow", async () => {
    const stage = await connectInMemory(threeThenDone, { seed });
    const { client, clock, runtime } = stage;
    const log: string[] = [];
    const slow = async ({ progress }: { progress: number }) => {
      log.push(`${progress} begins at ${clock.now()}`);
      await new Promise<void>((resolve) => runtime.clock.setTimer(100, resolve));
      log.push(`${progress} ends at ${clock.now()}`);
    };

    const call = watch(stage, client.callTool("work", {}, { progress: slow }));
    await clock.advance(1_000);

    expect(log).toEqual([
      "1 begins at 0",
      "1 ends at 100",
      "2 begins at 100",
      "2 ends at 200",
      "3 begins at 200",
      "3 ends at 300",
    ]);
    expect(call).toMatchObject({ state: "fulfilled", at: 300 });
  });

  test("draining takes at most `progressDrain`, which is 5 s, and ends with the response", async () => {
    const stage = await connectInMemory(threeThenDone, { seed });
    const seen: number[] = [];
    const hanging = ({ progress }: { progress: number }) => {
      seen.push(progress);
      return new Promise(() => undefined);
    };

    const call = watch(stage, stage.client.callTool("work", {}, { progress: hanging }));
    await stage.clock.advance(4_999);
    expect(call.state).toBe("pending");
    await stage.clock.advance(1);

    expect(call).toMatchObject({ state: "fulfilled", at: 5_000 });
    expect(textOf(call.value)).toBe("done");
    expect(seen).toEqual([1]);
  });

  test("a `progressDrain` of 0 waits for nothing", async () => {
    const stage = await connectInMemory(threeThenDone, { seed, progressDrain: 0 });
    const seen: number[] = [];
    const hanging = ({ progress }: { progress: number }) => {
      seen.push(progress);
      return new Promise(() => undefined);
    };

    const call = watch(stage, stage.client.callTool("work", {}, { progress: hanging }));
    await stage.clock.settle();

    expect(call).toMatchObject({ state: "fulfilled", at: 0 });
    expect(seen).toEqual([1]);
  });

  test("a `progressDrain` of 0 still gives a callback that returns no promise everything", async () => {
    const stage = await connectInMemory(threeThenDone, { seed, progressDrain: 0 });
    const seen: number[] = [];

    await stage.drive(stage.client.callTool("work", {}, { progress: ({ progress }) => seen.push(progress) }));

    expect(seen).toEqual([1, 2, 3]);
  });

  test("a `progressDrain` of Infinity waits as long as it takes", async () => {
    const stage = await connectInMemory(threeThenDone, { seed, progressDrain: Number.POSITIVE_INFINITY });
    let release: (() => void) | undefined;
    const seen: number[] = [];
    const held = ({ progress }: { progress: number }) => {
      seen.push(progress);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    };

    const call = watch(stage, stage.client.callTool("work", {}, { progress: held }));
    await stage.clock.advance(86_400_000);
    expect(call.state).toBe("pending");
    for (let left = 3; left > 0; left--) {
      release?.();
      await stage.clock.settle();
    }

    expect(seen).toEqual([1, 2, 3]);
    expect(call.state).toBe("fulfilled");
  });

  test("all clocks stop: neither `timeout` nor `maxTimeout` ends an operation that drains", async () => {
    const stage = await connectInMemory(threeThenDone, { seed });
    const options = { timeout: 1_000, maxTimeout: 2_000, progress: () => new Promise(() => undefined) };

    const call = watch(stage, stage.client.callTool("work", {}, options));
    await stage.clock.advance(10_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 5_000 });
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });

  test.each([
    ["a cancel by handle", (stage: { call: { cancel: () => void } }) => stage.call.cancel()],
    ["cancelAll", (stage: { client: { cancelAll: () => void } }) => stage.client.cancelAll()],
    ["the loss of the connection", (stage: { server: { kill: () => void } }) => stage.server.kill()],
    ["close", (stage: { client: { close: () => unknown } }) => void stage.client.close()],
  ])("the response that has arrived is not undone by %s", async (_, act) => {
    const stage = await connectInMemory(threeThenDone, { seed });
    const call = stage.client.callTool("work", {}, { progress: () => new Promise(() => undefined) });
    const watched = watch(stage, call);
    await stage.clock.settle();

    act({ ...stage, call });
    await stage.clock.advance(5_000);

    expect(textOf(watched.value)).toBe("done");
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });

  test("close does not wait for draining: the response is given at once", async () => {
    const stage = await connectInMemory(threeThenDone, { seed });
    const seen: number[] = [];
    const hanging = ({ progress }: { progress: number }) => {
      seen.push(progress);
      return new Promise(() => undefined);
    };
    const call = watch(stage, stage.client.callTool("work", {}, { progress: hanging }));
    await stage.clock.settle();

    const closed = watch(stage, stage.client.close());
    await stage.clock.settle();

    expect(closed.state).toBe("fulfilled");
    expect(call).toMatchObject({ state: "fulfilled", at: 0 });
    expect(seen).toEqual([1]);
  });

  test("a refusal by the server drains, too: it is the response", async () => {
    const script = new Script().tool("work", together(progress(1), progress(2), fail(-32_000, "no")));
    const stage = await connectInMemory(script, { seed });
    const seen: number[] = [];

    const slow = async ({ progress }: { progress: number }) => {
      await new Promise<void>((resolve) => stage.clock.setTimer(100, resolve));
      seen.push(progress);
    };
    const call = watch(stage, stage.client.callTool("work", {}, { progress: slow }));
    await stage.clock.advance(1_000);

    expect(call).toMatchObject({ state: "rejected", error: { code: "PROTOCOL" }, at: 200 });
    expect(seen).toEqual([1, 2]);
  });

  test.each([
    ["a timeout", stall(), "TIMEOUT", 1_000],
    ["a loss", die(), "CONNECTION_LOST", 0],
  ])("%s does not drain", async (_, step, code, at) => {
    const script = new Script().tool("work", together(progress(1), progress(2)), step);
    const stage = await connectInMemory(script, { seed });
    const seen: number[] = [];
    const hanging = ({ progress }: { progress: number }) => {
      seen.push(progress);
      return new Promise(() => undefined);
    };

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 1_000, progress: hanging }));
    await stage.clock.advance(2_000);

    expect(call).toMatchObject({ state: "rejected", error: { code }, at });
    expect(seen).toEqual([1]);
  });

  test("a cancel does not drain", async () => {
    const stage = await connectInMemory(new Script().tool("work", together(progress(1), progress(2)), stall()), {
      seed,
    });
    const seen: number[] = [];
    const call = stage.client.callTool(
      "work",
      {},
      {
        progress: ({ progress }) => {
          seen.push(progress);
          return new Promise(() => undefined);
        },
      },
    );
    const watched = watch(stage, call);
    await stage.clock.settle();

    call.cancel();
    await stage.clock.settle();

    expect(watched).toMatchObject({ state: "rejected", error: { code: "CANCELLED" }, at: 0 });
    expect(seen).toEqual([1]);
  });

  test("draining delays nobody else", async () => {
    const script = new Script().tool("work", together(progress(1), say("done"))).tool("hello", wait(10), say("hello"));
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    const call = watch(stage, stage.client.callTool("work", {}, { progress: () => new Promise(() => undefined) }));
    await stage.clock.settle();

    const neighbour = watch(stage, stage.client.callTool("hello"));
    await stage.clock.advance(10);

    expect(neighbour).toMatchObject({ state: "fulfilled", at: 10 });
    expect(call.state).toBe("pending");
    expect(processesOf(stage, "operation")).toHaveLength(1);
  });
});
