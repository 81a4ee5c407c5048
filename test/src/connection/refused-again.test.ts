import { describe, expect, test } from "vitest";
import { answer, fail, Script, say, wait } from "../../../src/testing/index.js";
import { connectInMemory, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const UNSUPPORTED = -32_022;
const MISSING_CAPABILITY = -32_021;
const versions = { supported: ["2026-07-28"], requested: "2026-07-28" };
const discovered = {
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: "private",
};

describe.each(seeds)("a server that refuses a further handshake, order %s", (seed) => {
  test("what was under way is lost with the connection, and the refusal is the cause", async () => {
    const script = new Script({ era: "modern" })
      .times(1, "server/discover", answer(discovered))
      .times(1, "server/discover", fail(MISSING_CAPABILITY, "No", { requiredCapabilities: {} }))
      .tool("work", wait(1_000), say("done"))
      .tool("old", fail(UNSUPPORTED, "Unsupported protocol version", versions));
    const stage = await connectInMemory(script, { seed, protocol: "modern" });
    const work = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    const old = watch(stage, stage.client.callTool("old", {}, { retry: 1 }));
    await stage.clock.advance(1_000);

    expect(work.error).toMatchObject({
      code: "CONNECTION_LOST",
      outcome: "unknown",
      cause: { code: "PROTOCOL", rpcCode: MISSING_CAPABILITY },
    });
    expect(old.error).toMatchObject({ code: "PROTOCOL", rpcCode: UNSUPPORTED, outcome: "rejected" });
    expect(stage.client.state).toBe("ready");
  });
});
