import { describe, expect, test } from "vitest";
import { getState } from "../../../actors/index.js";
import type { OperationPromise } from "../../../src/index.js";
import { answer, die, fail, progress, raw, Script, say, stall, together, wait } from "../../../src/testing/index.js";
import {
  connectInMemory,
  processesOf,
  type Stage,
  type StageOptions,
  textOf,
  watch,
  welcome,
} from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

/** A way in which an operation can end: what to do, and the code of the error it ends with. */
interface Ending {
  readonly way: string;
  readonly script?: Script;
  readonly options?: StageOptions;
  readonly code?: string;
  readonly begin: (stage: Stage) => OperationPromise<unknown>;
  readonly act?: (stage: Stage, call: OperationPromise<unknown>) => unknown;
}

const busy = new Script().tool("busy", stall()).tool("work", stall());
const work = ({ client }: Stage) => client.callTool("work");
/** Takes the only slot, so that what comes next waits. */
const workBehindAnother = (stage: Stage) => {
  watch(stage, stage.client.callTool("busy", {}, { timeout: Number.POSITIVE_INFINITY }));
  return work(stage);
};
const oneSlot = { maxInFlight: 1 };
const throwing = () => {
  throw new Error("callback");
};

const endings: Ending[] = [
  { way: "it is answered", script: new Script().tool("work", say("done")), begin: work },
  {
    way: "it is answered with isError",
    script: new Script().tool("work", answer({ content: [], isError: true })),
    begin: work,
  },
  { way: "it is answered twice", script: new Script().tool("work", say("done"), say("done")), begin: work },
  {
    way: "it is answered while its callback throws",
    script: new Script().tool("work", progress(1), say("done")),
    begin: ({ client }) => client.callTool("work", {}, { progress: throwing }),
  },
  {
    way: "it is answered while its callback hangs",
    script: new Script().tool("work", progress(1), say("done")),
    begin: ({ client }) => client.callTool("work", {}, { progress: () => new Promise(() => undefined) }),
  },
  { way: "it is refused", script: new Script().tool("work", fail(-32_000, "no")), code: "PROTOCOL", begin: work },
  {
    way: "its result is wrong",
    script: new Script().tool("work", answer({ content: 1 })),
    code: "INVALID_RESULT",
    begin: work,
  },
  { way: "it is silent for too long", code: "TIMEOUT", begin: work },
  {
    way: "it takes too long in all",
    code: "TIMEOUT",
    begin: ({ client }) => client.callTool("work", {}, { maxTimeout: 5_000 }),
  },
  { way: "it waits for too long", options: oneSlot, code: "TIMEOUT", begin: workBehindAnother },
  { way: "it is cancelled before it is read", code: "CANCELLED", begin: work, act: (_, call) => call.cancel() },
  {
    way: "it is cancelled after it is sent",
    code: "CANCELLED",
    begin: work,
    act: async ({ clock }, call) => {
      await clock.settle();
      call.cancel();
    },
  },
  {
    way: "it is cancelled while it waits",
    options: oneSlot,
    code: "CANCELLED",
    begin: workBehindAnother,
    act: async ({ clock }, call) => {
      await clock.settle();
      call.cancel();
    },
  },
  { way: "all are cancelled", code: "CANCELLED", begin: work, act: ({ client }) => client.cancelAll() },
  {
    way: "its signal is aborted",
    code: "CANCELLED",
    begin: ({ client }) => client.callTool("work", {}, { signal: AbortSignal.abort() }),
  },
  {
    way: "the server gives it up",
    script: new Script().tool("work", raw('{"method":"notifications/cancelled","params":{"requestId":2}}\n')),
    code: "CANCELLED",
    begin: work,
  },
  { way: "its server dies", script: new Script().tool("work", die()), code: "CONNECTION_LOST", begin: work },
  {
    way: "its server dies each time",
    script: new Script().on("resources/read", die()),
    code: "CONNECTION_LOST",
    begin: ({ client }) => client.readResource("file:///a"),
  },
  {
    way: "the connection goes down while it waits",
    script: new Script().once("resources/read", die()).once("initialize", welcome()).on("initialize", die()),
    options: { downAfter: 2_000 },
    code: "CONNECTION_LOST",
    begin: ({ client }) => client.readResource("file:///a"),
  },
  {
    way: "its parameters are no JSON",
    code: "INVALID_REQUEST",
    begin: ({ client }) => client.callTool("work", { n: 1n }),
  },
  { way: "the client is closed", code: "CONNECTION_CLOSED", begin: work, act: ({ client }) => void client.close() },
  {
    way: "the client is closed while it waits",
    options: oneSlot,
    code: "CONNECTION_CLOSED",
    begin: workBehindAnother,
    act: ({ client }) => void client.close(),
  },
  {
    way: "the client is closed before",
    code: "CONNECTION_CLOSED",
    begin: (stage) => {
      void stage.client.close();
      return work(stage);
    },
  },
  {
    way: "the connection's process is killed",
    code: "CONNECTION_LOST",
    begin: work,
    act: async (stage) => {
      await stage.clock.settle();
      processesOf(stage, "connection")[0]?.exit("kill");
    },
  },
  {
    way: "the connection's process is killed before it has read the call",
    code: "CONNECTION_LOST",
    begin: work,
    act: (stage) => processesOf(stage, "connection")[0]?.exit("kill"),
  },
  {
    way: "the connection has a defect",
    code: "CONNECTION_LOST",
    begin: work,
    act: (stage) => processesOf(stage, "connection")[0]?.send({ type: "release" } as never),
  },
  {
    way: "its own process is killed",
    code: "CONNECTION_LOST",
    begin: work,
    act: async (stage) => {
      await stage.clock.settle();
      processesOf(stage, "operation")[0]?.exit("kill");
    },
  },
  {
    way: "its own process is killed while it waits",
    options: oneSlot,
    code: "CONNECTION_LOST",
    begin: workBehindAnother,
    act: async (stage) => {
      await stage.clock.settle();
      processesOf(stage, "operation")[1]?.exit("kill");
    },
  },
  {
    way: "its own process is stopped with normal",
    code: "CONNECTION_LOST",
    begin: work,
    act: async (stage) => {
      await stage.clock.settle();
      await processesOf(stage, "operation")[0]
        ?.stop("normal")
        .catch(() => undefined);
    },
  },
];

describe.each(seeds)("promise 1: every operation settles exactly once, order %s", (seed) => {
  test.each(endings)("when $way", async ({ script = busy, options, code, begin, act }) => {
    const stage = await connectInMemory(script, { ...options, seed });
    const call = begin(stage);
    const watched = watch(stage, call);

    await act?.(stage, call);
    await stage.clock.advance(60_000);

    expect(watched.state).toBe(code === undefined ? "fulfilled" : "rejected");
    expect((watched.error as { code?: string } | undefined)?.code).toBe(code);
    if (stage.client.state === "ready") {
      // Nothing is known of it any more, but for the neighbour that waits for ever.
      const isOther = options?.maxInFlight === 1;
      expect(processesOf(stage, "operation")).toHaveLength(isOther ? 1 : 0);
      const again = watch(stage, stage.client.ping({ progress: { token: call.token } }));
      if (isOther) stage.client.cancelAll();
      await stage.clock.settle();
      if (!isOther) expect(again.state).toBe("fulfilled");
    }
  });

  test("when its own process is killed after the answer, while a callback is still at work", async () => {
    const script = new Script().tool("work", together(progress(1), say("done")));
    const stage = await connectInMemory(script, { seed });
    const call = watch(stage, stage.client.callTool("work", {}, { progress: () => new Promise(() => undefined) }));
    await stage.clock.settle();
    expect(call.state).toBe("pending");

    processesOf(stage, "operation")[0]?.exit("kill");
    await stage.clock.settle();

    expect(textOf(call.value)).toBe("done");
  });

  test("an operation whose process is killed is cancelled at the server, and its neighbour is not harmed", async () => {
    const script = new Script().tool("work", stall()).tool("slow", wait(1_000), say("done"));
    const stage = await connectInMemory(script, { seed });
    const neighbour = watch(stage, stage.client.callTool("slow"));
    await stage.clock.settle();
    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    processesOf(stage, "operation")[1]?.exit("kill");
    await stage.clock.advance(1_000);

    expect(call.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown", attempts: 1 });
    expect(stage.server.received.at(-1)).toMatchObject({ method: "notifications/cancelled", params: { requestId: 3 } });
    expect(textOf(neighbour.value)).toBe("done");
    expect(stage.client.stats.operations).toEqual({ started: 2, settled: 2 });
  });

  test("to look at an operation's process does it no harm", async () => {
    const stage = await connectInMemory(new Script().tool("slow", wait(1_000), say("done")), { seed });
    const call = watch(stage, stage.client.callTool("slow"));
    await stage.clock.settle();
    const [process] = processesOf(stage, "operation");
    const looked = watch(stage, getState(process as never, { timeout: 100 }));

    await stage.clock.advance(1_000);

    expect(looked.error).toMatchObject({ failure: "timeout" });
    expect(textOf(call.value)).toBe("done");
  });
});
