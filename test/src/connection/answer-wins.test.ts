import { describe, expect, test } from "vitest";
import { Runtime, VirtualClock } from "../../../actors/index.js";
import { connect } from "../../../src/index.js";
import { Script, say, scriptedMemory, wait } from "../../../src/testing/index.js";
import { drive, textOf, watch } from "../../support/memory.js";
import { randomFrom, seeds } from "../../support/runtime.js";

/**
 * A virtual clock whose read turn can be filled: what a pipe holds is read after due timers have had their turn, and
 * before what asked for `later`, as in Node's loop.
 */
class LoopClock extends VirtualClock {
  readonly pipe: (() => void)[] = [];

  override later(callback: () => void): void {
    super.later(() => {
      for (const read of this.pipe.splice(0)) read();
      callback();
    });
  }
}

/** A client whose server's answer lies in the pipe from the call on, until there is a read turn. */
async function setUp(seed: number | undefined) {
  const clock = new LoopClock();
  const runtime = new Runtime({ clock, random: seed === undefined ? undefined : randomFrom(seed) });
  const server = scriptedMemory(new Script().tool("slow", wait(2 ** 31), say("never")));
  const client = await drive(clock, connect(server.transport, { runtime, protocol: "legacy" }));
  const connection = runtime.tree()[0]?.children[0]?.process;
  const arrive = (value: unknown) => {
    clock.pipe.push(() => connection?.send({ type: "received", incarnation: 1, value } as never));
  };
  return { clock, runtime, server, client, arrive };
}

describe.each(seeds)("promise 7: the answer that lies in the pipe wins over a due timeout, order %s", (seed) => {
  test.each([{ timeout: 1_000 }, { maxTimeout: 1_000 }])("%j", async (limits) => {
    const stage = await setUp(seed);
    const call = watch(stage, stage.client.callTool("slow", {}, limits));
    await stage.clock.advance(999);

    stage.arrive({ jsonrpc: "2.0", id: 2, result: { content: [{ type: "text", text: "in time" }] } });
    await stage.clock.advance(1);

    expect(call.error).toBeUndefined();
    expect(textOf(call.value)).toBe("in time");
    expect(stage.server.received.map(({ method }) => method)).not.toContain("notifications/cancelled");
    await drive(stage.clock, stage.runtime.stop());
  });

  test("so does progress: the limit for silence starts anew", async () => {
    const stage = await setUp(seed);
    const call = watch(stage, stage.client.callTool("slow", {}, { timeout: 1_000, progress: { token: "own" } }));
    await stage.clock.advance(999);

    const params = { progressToken: "own", progress: 1 };
    stage.arrive({ jsonrpc: "2.0", method: "notifications/progress", params });
    await stage.clock.advance(1_000);
    expect(call.state).toBe("pending");
    await stage.clock.advance(1);

    expect(call).toMatchObject({ state: "rejected", at: 2_000, error: { code: "TIMEOUT" } });
    await drive(stage.clock, stage.runtime.stop());
  });

  test("an answer that comes after that turn is late", async () => {
    const stage = await setUp(seed);
    const call = watch(stage, stage.client.callTool("slow", {}, { timeout: 1_000 }));
    await stage.clock.advance(1_000);

    stage.arrive({ jsonrpc: "2.0", id: 2, result: { content: [] } });
    stage.clock.later(() => undefined);
    await stage.clock.settle();

    expect(call).toMatchObject({ state: "rejected", at: 1_000 });
    expect(stage.client.stats.responses.duplicate).toBe(1);
    await drive(stage.clock, stage.runtime.stop());
  });
});
