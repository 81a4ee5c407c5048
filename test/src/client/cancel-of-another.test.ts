import { describe, expect, test } from "vitest";
import { startClient } from "../../../src/client/start.js";
import { Script, say, scriptedMemory, wait } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, received, slowToClose, testStage, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("slow", wait(100), say("done"));
const progress = { token: "shared" };

describe.each(seeds)("a call that is refused since another one has its token, order %s", (seed) => {
  test("does not cancel the other one by its handle", async () => {
    const stage = await connectInMemory(script, { seed });
    const first = watch(stage, stage.client.callTool("slow", {}, { progress }));
    const second = stage.client.callTool("slow", {}, { progress });
    const refused = watch(stage, second);

    second.cancel();
    await stage.clock.advance(100);

    expect(refused.error).toMatchObject({ code: "INVALID_REQUEST" });
    expect(textOf(first.value)).toBe("done");
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });

  test("does not cancel it by its signal", async () => {
    const stage = await connectInMemory(script, { seed });
    const first = watch(stage, stage.client.callTool("slow", {}, { progress }));
    const abort = new AbortController();
    const refused = watch(stage, stage.client.callTool("slow", {}, { progress, signal: abort.signal }));

    abort.abort();
    await stage.clock.advance(100);

    expect(refused.error).toMatchObject({ code: "INVALID_REQUEST" });
    expect(textOf(first.value)).toBe("done");
  });

  test("does not cancel one that waits between two connections", async () => {
    const stage = testStage(seed);
    const server = scriptedMemory(script);
    const { drive, runtime, clock } = stage;
    const connecting = startClient(slowToClose(server, clock, 50), { runtime, protocol: "legacy" });
    const client = await drive(connecting);
    processesOf(stage, "connection")[0]?.exit("kill");
    await clock.advance(1);
    const first = watch(stage, client.callTool("slow", {}, { progress }));
    const second = client.callTool("slow", {}, { progress });
    const refused = watch(stage, second);

    second.cancel();
    await clock.advance(1_000);

    expect(refused.error).toMatchObject({ code: "INVALID_REQUEST" });
    expect(textOf(first.value)).toBe("done");
  });
});
