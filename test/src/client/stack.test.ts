import { describe, expect, test } from "vitest";
import { connect, createOperation } from "../../../src/index.js";
import { answer, die, fail, Script, scriptedMemory, stall } from "../../../src/testing/index.js";
import { connectInMemory, type Stage, testStage, watch } from "../../support/memory.js";

const script = new Script()
  .tool("refuse", fail(-1, "no"))
  .tool("odd", answer({ content: 1 }))
  .tool("die", die())
  .tool("work", stall());

/** One caller per kind of error; its name has to be in the stack. */
const callers: Record<string, (stage: Stage) => Promise<unknown>> = {
  async callerOfARefusal({ client }) {
    return await client.callTool("refuse");
  },
  async callerOfAnInvalidResult({ client }) {
    return await client.callTool("odd");
  },
  async callerOfALoss({ client }) {
    return await client.callTool("die");
  },
  async callerOfATimeout({ client }) {
    return await client.callTool("work", {}, { timeout: 10 });
  },
  async callerOfACancel({ client }) {
    const call = client.callTool("work");
    call.cancel();
    return await call;
  },
  async callerThatReadProgressBefore({ client }) {
    const call = client.callTool("refuse");
    call.progress[Symbol.asyncIterator]();
    return await call;
  },
  async callerWithABadOption({ client }) {
    return await client.callTool("work", {}, { timeout: -1 });
  },
  async callerOfAnAbortedCall({ client }) {
    return await client.callTool("work", {}, { signal: AbortSignal.abort() });
  },
  async callerOfWhatIsNoJson({ client }) {
    return await client.callTool("work", { n: 1n });
  },
  async callerOfClose({ client }) {
    const call = client.callTool("work");
    void client.close();
    return await call;
  },
  async callerOfAList({ client }) {
    return await client.listTools({ signal: AbortSignal.abort() });
  },
  async callerOfARequest({ client }) {
    return await client.request(createOperation({ method: "tools/call", params: { name: "refuse" } }));
  },
  async callerOfReady({ client }) {
    void client.close();
    return await client.ready();
  },
};

describe("an error's stack shows the caller's line", () => {
  test.each(Object.keys(callers))("%s", async (name) => {
    const stage = await connectInMemory(script);
    const call = watch(stage, callers[name]?.(stage) ?? Promise.resolve());
    await stage.clock.advance(100);

    expect((call.error as Error).stack).toContain(name);
    expect((call.error as Error).stack).toContain("stack.test.ts");
  });

  test("connect's, too", async () => {
    const stage = testStage();
    const server = scriptedMemory(new Script().on("initialize", die()));
    async function callerOfConnect() {
      return await connect(server.transport, { runtime: stage.runtime });
    }
    const call = watch(stage, callerOfConnect());
    await stage.clock.advance(10);

    expect((call.error as Error).stack).toContain("callerOfConnect");
  });
});
