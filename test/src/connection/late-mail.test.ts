import { describe, expect, test } from "vitest";
import type { Process } from "../../../actors/index.js";
import { connect } from "../../../src/index.js";
import { Script, say, scriptedMemory, stall, wait } from "../../../src/testing/index.js";
import type { TransportNews } from "../../../src/transport/transport.js";
import { processesOf, received, slowToClose, testStage, textOf, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

/** A client, and a way to speak in the name of any of its transports, those that have ended too. */
async function setUp(seed: number | undefined, script: Script) {
  const stage = testStage(seed);
  const server = scriptedMemory(script);
  const client = await stage.drive(connect(server.transport, { runtime: stage.runtime, backoff: { jitter: 0 } }));
  const connection = processesOf(stage, "connection")[0] as Process<TransportNews>;
  const states: string[] = [];
  client.on("state", (state) => states.push(state));
  return { ...stage, server, client, states, say: (news: TransportNews) => connection.send(news) };
}

const script = new Script().tool("work", stall()).tool("slow", wait(1_000), say("real"));
const forged = { content: [{ type: "text", text: "forged" }] };

describe.each(seeds)("late mail of an older incarnation is dropped, order %s", (seed) => {
  test("answers, progress, acceptances: the new incarnation's operations do not hear of them", async () => {
    const stage = await setUp(seed, script);
    stage.server.kill();
    await stage.clock.advance(100);
    const seen: unknown[] = [];
    const call = watch(
      stage,
      stage.client.callTool("slow", {}, { progress: { token: "own", callback: (update) => seen.push(update) } }),
    );
    await stage.clock.settle();
    const { id } = received(stage, "tools/call")[0] ?? { id: 0 };

    stage.say({ type: "received", incarnation: 1, value: { jsonrpc: "2.0", id, result: forged } });
    stage.say({
      type: "received",
      incarnation: 1,
      value: { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: "own", progress: 1 } },
    });
    stage.say({ type: "stalled", incarnation: 1, begun: 1 });
    stage.say({ type: "accepted", incarnation: 1, upTo: 1_000 });
    stage.say({ type: "opened", incarnation: 1 });
    stage.say({ type: "noise", incarnation: 1, line: "late" });
    stage.say({ type: "stderr", incarnation: 1, line: "late" });
    await stage.clock.advance(1_000);

    expect(textOf(call.value)).toBe("real");
    expect(seen).toEqual([]);
    expect(stage.client.stats).toMatchObject({ messages: { invalid: 0 }, responses: { unknown: 0, duplicate: 0 } });
    expect(stage.states).toEqual(["reconnecting", "ready"]);
  });

  test("between two incarnations nothing is taken for the last one's", async () => {
    const stage = await setUp(seed, script);
    const call = watch(stage, stage.client.readResource("file:///a"));
    await stage.clock.settle();
    stage.server.kill();
    await stage.clock.settle();

    stage.say({ type: "opened", incarnation: 1 });
    stage.say({ type: "received", incarnation: 1, value: { jsonrpc: "2.0", id: 2, result: { contents: [] } } });
    await stage.clock.settle();

    expect(call.state).toBe("rejected");
    expect(stage.client.state).toBe("reconnecting");
    await stage.clock.advance(100);
    expect(stage.states).toEqual(["reconnecting", "ready"]);
  });

  test("mail of an incarnation that is yet to come is none either", async () => {
    const stage = await setUp(seed, script);
    const call = watch(stage, stage.client.callTool("slow"));
    await stage.clock.settle();

    stage.say({ type: "received", incarnation: 2, value: { jsonrpc: "2.0", id: 2, result: forged } });
    await stage.clock.advance(1_000);

    expect(textOf(call.value)).toBe("real");
  });

  test("the end of an old transport does not end the new one", async () => {
    const stage = await setUp(seed, script);
    const [first] = processesOf(stage, "transport #1");
    stage.server.kill();
    await stage.clock.advance(100);

    processesOf(stage, "connection")[0]?.send({ type: "EXIT", process: first, reason: "normal" } as never);
    first?.exit("kill");
    await stage.clock.settle();

    expect(stage.states).toEqual(["reconnecting", "ready"]);
    expect(stage.client.stats.restarts.incarnations).toBe(2);
  });

  test("exit signals of strangers, and messages of monitors, are no end of anything", async () => {
    const stage = await setUp(seed, script);
    const connection = processesOf(stage, "connection")[0];

    connection?.exit({ kind: "error", error: new Error("a stranger's") });
    connection?.exit("normal");
    connection?.exit("shutdown");
    connection?.send({ type: "DOWN" } as never);
    await stage.clock.settle();

    expect(connection?.alive).toBe(true);
    expect(stage.states).toEqual([]);
    expect(textOf(await stage.drive(stage.client.callTool("slow")))).toBe("real");
  });

  test("an answer to the handshake that comes after its time limit makes nothing ready", async () => {
    const stage = testStage(seed);
    const server = scriptedMemory(new Script().once("initialize", welcome()).once("initialize", stall()));
    // The transport takes its time to end: what it had read before may still be on its way.
    const transport = slowToClose(server, stage.clock, 50);
    const options = { runtime: stage.runtime, backoff: { jitter: 0 }, startTimeout: 1_000 };
    const client = await stage.drive(connect(transport, options));
    const log: string[] = [];
    client.on("state", (state) => log.push(`${state} at ${stage.clock.now()}`));
    const connection = processesOf(stage, "connection")[0] as Process<TransportNews>;
    server.kill();
    await stage.clock.advance(1_150);

    const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "late", version: "1" } };
    connection.send({ type: "received", incarnation: 2, value: { jsonrpc: "2.0", id: 2, result } });
    await stage.clock.settle();

    expect(log).toEqual(["reconnecting at 50"]);
    expect(client.server?.name).not.toBe("late");
    await stage.clock.advance(1_000);
    expect(log).toEqual(["reconnecting at 50", "ready at 1400"]);
  });
});
