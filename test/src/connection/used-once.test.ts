import { expect, test } from "vitest";
import { noreply, type Process, server } from "../../../actors/index.js";
import type { Frame, TransportDefinition, TransportSetup } from "../../../src/transport/transport.js";
import { type BareOptions, startConnection } from "../../support/connection.js";
import { processesOf } from "../../support/memory.js";

/** A connection over a pipe whose server answers what `answers` has a result for, and that is ended by the test. */
async function setUp(answers: Readonly<Record<string, object>>, options: BareOptions = {}) {
  let opened = 0;
  const definition = server<{ casts: { write(frame: Frame): void } }>("a pipe")<TransportSetup, TransportSetup>({
    init: (setup) => {
      setup.connection.send({ type: "opened", incarnation: setup.incarnation });
      return setup;
    },
    calls: {},
    casts: {
      write({ text, sequence }, setup) {
        const { connection, incarnation } = setup;
        const { id, method } = JSON.parse(text) as { readonly id?: number; readonly method: string };
        const result = answers[method];
        connection.send({ type: "accepted", incarnation, upTo: sequence });
        if (result !== undefined)
          connection.send({ type: "received", incarnation, value: { jsonrpc: "2.0", id, result } });
        return noreply(setup);
      },
    },
  });
  const open = () => {
    opened++;
    return definition as unknown as TransportDefinition;
  };
  const it = await startConnection(open, { protocol: "legacy", ...options });
  await it.clock.settle();
  const end = async () => {
    processesOf(it, `transport #${opened}`)[0]?.exit("kill");
    await it.clock.settle();
  };
  return { ...it, end, opened: () => opened };
}

const welcome = {
  initialize: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "a", version: "1" } },
};
test("what could be repeated fails with it at once, whether it was out or waited", async () => {
  const it = await setUp(welcome, { isUsedOnce: true, maxInFlight: 1 });
  const calls = [1, 2].map(() => it.watchAsk({ method: "tools/list" }));
  await it.clock.settle();
  await it.end();

  for (const { value } of calls) expect(value).toMatchObject({ ok: false, failure: { code: "CONNECTION_LOST" } });
  expect(it.stats.operations.settled).toBe(2);
});

test("one that ends while it is asked which era it has is not opened again either", async () => {
  const it = await setUp({}, { isUsedOnce: true, protocol: "auto" });
  await it.end();
  await it.clock.advance(60_000);

  expect(it.opened()).toBe(1);
});

test("any other is opened again at once there, and nobody has to know", async () => {
  const it = await setUp({}, { protocol: "auto" });
  await it.end();

  expect(it.opened()).toBe(2);
  expect(it.events.filter(({ type }) => type === "lost")).toEqual([]);
});

test("any other is opened again when it is lost, and what can be repeated is", async () => {
  const it = await setUp(welcome);
  const call = it.watchAsk({ method: "tools/list" });
  await it.clock.settle();
  await it.end();
  await it.clock.advance(10_000);

  expect(it.opened()).toBe(2);
  expect(call.state).toBe("pending");
});

test.each([
  [true, 1],
  [false, 2],
])(
  "a server that turns out to be of the other era is started anew, unless it is used once: %s",
  async (isUsedOnce, lives) => {
    const it = await setUp(welcome, { isUsedOnce, protocol: "auto" });
    await it.clock.advance(5_000);
    expect(it.events.at(-1)).toMatchObject({ type: "ready", server: { era: "legacy" } });
    const result = { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: {} };
    const connection = processesOf(it, "connection")[0] as Process<unknown> | undefined;
    connection?.send({
      type: "received",
      incarnation: 1,
      value: { jsonrpc: "2.0", id: 1, result },
    });
    await it.clock.advance(1_000);

    expect(it.opened()).toBe(lives);
  },
);
