import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/index.js";
import { answer, Script, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, watch } from "../../support/memory.js";

const script = new Script().tool("work", wait(1_000), say("done")).tool("stall", stall());

describe("M12 close with `drain`", () => {
  test("lets what is in flight finish, and closes as soon as it has", async () => {
    const stage = await connectInMemory(script);
    const call = watch(stage, stage.client.callTool("work"));
    const closed = watch(stage, stage.client.close({ drain: 5_000 }));
    await stage.clock.advance(10_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 1_000 });
    expect(closed).toMatchObject({ state: "fulfilled", at: 1_000 });
    expect(stage.client.state).toBe("closed");
  });

  test("refuses new ones at once", async () => {
    const stage = await connectInMemory(script);
    const call = watch(stage, stage.client.callTool("work"));
    void stage.client.close({ drain: 5_000 });
    const late = watch(stage, stage.client.ping());
    await stage.clock.settle();

    expect([call.state, stage.client.state]).toEqual(["pending", "ready"]);
    expect(late).toMatchObject({ at: 0, error: { code: "CONNECTION_CLOSED", outcome: "not_sent" } });
    await stage.clock.advance(1_000);
    expect(received(stage, "ping")).toEqual([]);
  });

  test("waits for `drain` at most, and rejects what is left", async () => {
    const stage = await connectInMemory(script);
    const call = watch(stage, stage.client.callTool("stall"));
    const closed = watch(stage, stage.client.close({ drain: 300 }));
    await stage.clock.advance(10_000);

    expect(call).toMatchObject({ at: 300, error: { code: "CONNECTION_CLOSED" } });
    expect(closed).toMatchObject({ state: "fulfilled", at: 300 });
  });

  test("finishes a list with all its pages", async () => {
    const page = (nextCursor?: string) => answer({ prompts: [], ...(nextCursor === undefined ? {} : { nextCursor }) });
    const pages = new Script().once("prompts/list", wait(100), page("2")).on("prompts/list", wait(100), page());
    const stage = await connectInMemory(pages);
    const call = watch(stage, stage.client.listPrompts());
    void stage.client.close({ drain: Number.POSITIVE_INFINITY });
    await stage.clock.advance(1_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 200 });
  });

  test("with nothing in flight is over at once; the first call's options count", async () => {
    const stage = await connectInMemory(script);
    const closed = [stage.client.close({ drain: 60_000 }), stage.client.close(), stage.client[Symbol.asyncDispose]()];
    await stage.drive(Promise.all(closed));

    expect(stage.clock.now()).toBe(0);
  });

  test.each([-1, Number.NaN, "1 s"])("of %s is a ConfigError, and closes nothing", async (drain) => {
    const stage = await connectInMemory(script);

    await expect(stage.client.close({ drain: drain as number })).rejects.toThrow(ConfigError);
    expect(stage.client.state).toBe("ready");
  });
});
