import { describe, expect, test } from "vitest";
import type { Answer } from "../../../src/connection/answers.js";
import { ask, Script, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, type StageOptions, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

describe.each(seeds)("M22 time while a legacy server waits for an answer of ours, order %s", (seed) => {
  /** A client whose handler takes so long to answer `roots/list`. */
  async function answering(ms: number, script: Script, options: StageOptions = {}) {
    const at: { wait?: () => Promise<void> } = {};
    const stage = await connectInMemory(script, {
      seed,
      answer: async (): Promise<Answer> => {
        await at.wait?.();
        return { result: { roots: [] } };
      },
      ...options,
    });
    at.wait = () => new Promise((resolve) => stage.clock.setTimer(ms, resolve));
    return stage;
  }

  test("is no silence of the server's: `timeout` stands still, and starts anew with the answer", async () => {
    const stage = await answering(
      10_000,
      new Script().tool("work", wait(80), ask("roots/list"), wait(80), say("done")),
    );

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
    await stage.clock.advance(20_000);

    expect(textOf(call.value)).toBe("done");
    expect(call.at).toBe(10_160);
  });

  test("`maxTimeout` never stands still", async () => {
    const stage = await answering(10_000, new Script().tool("work", ask("roots/list"), say("done")));

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100, maxTimeout: 1_000 }));
    await stage.clock.advance(20_000);

    expect(call).toMatchObject({ at: 1_000, error: { code: "TIMEOUT", limit: "maxTimeout" } });
  });

  test("stands still for all that are under way, since it may be any of them that it asks for; not for later ones", async () => {
    const script = new Script().tool("work", ask("roots/list"), say("done")).tool("silent", stall());
    const stage = await answering(10_000, script);

    const silent = watch(stage, stage.client.callTool("silent", {}, { timeout: 100 }));
    const work = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
    await stage.clock.advance(50);
    const later = watch(stage, stage.client.callTool("silent", {}, { timeout: 100 }));
    await stage.clock.advance(20_000);

    expect(textOf(work.value)).toBe("done");
    expect(silent).toMatchObject({ at: 10_100, error: { code: "TIMEOUT" } });
    expect(later).toMatchObject({ at: 150, error: { code: "TIMEOUT" } });
  });

  test("two questions at once: it goes on when both are answered", async () => {
    const both = [ask("roots/list"), wait(1), say("done")];
    const script = new Script().tool("work", ...both).tool("other", wait(500), ...both);
    const stage = await answering(1_000, script);

    const work = watch(stage, stage.client.callTool("work", {}, { timeout: 600 }));
    const other = watch(stage, stage.client.callTool("other", {}, { timeout: 600 }));
    await stage.clock.advance(10_000);

    expect(work).toMatchObject({ state: "fulfilled", at: 1_001 });
    expect(other).toMatchObject({ state: "fulfilled", at: 1_501 });
  });

  test("a ping is answered at once, and is nothing to wait for", async () => {
    const script = new Script().tool("work", ask("ping"), stall());
    const stage = await answering(10_000, script);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
    await stage.clock.advance(1_000);

    expect(call).toMatchObject({ at: 100, error: { code: "TIMEOUT" } });
  });

  test("a server that ends takes its question along: the clock of what is repeated runs again", async () => {
    const script = new Script().once("resources/read", ask("roots/list"), say("never")).on("resources/read", stall());
    const stage = await answering(60_000, script);

    const read = watch(stage, stage.client.readResource("file:///a", { timeout: 100 }));
    await stage.clock.advance(1_000);
    expect(read.state).toBe("pending");
    stage.server.kill();
    await stage.clock.advance(60_000);

    // 100 ms until the next life, 100 ms of silence.
    expect(read).toMatchObject({ at: 1_200, error: { code: "TIMEOUT", attempts: 2 } });
  });
});
