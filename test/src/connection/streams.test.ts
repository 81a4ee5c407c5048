import { describe, expect, test } from "vitest";
import type { ConnectionEvent } from "../../../src/connection/settings.js";
import { answer, notify, raw, Script, say, scriptedMemory, stall, tell, wait } from "../../../src/testing/index.js";
import { httpTransport, startConnection } from "../../support/connection.js";
import { seeds } from "../../support/runtime.js";

const modern = new Script({ era: "modern" });
const discovered = { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: {} };
const listen = {
  method: "subscriptions/listen",
  params: { notifications: { toolsListChanged: true } },
  isStream: true,
  timeout: Number.POSITIVE_INFINITY,
  maxTimeout: Number.POSITIVE_INFINITY,
} as const;

const notices = (events: readonly ConnectionEvent[]) =>
  events.flatMap((event) => (event.type === "notification" ? [[event.notification.method, event.token]] : []));

describe.each(seeds)("subscriptions/listen, order %s", (seed) => {
  async function startWith(script: Script, options = {}) {
    const server = scriptedMemory(script);
    return { server, ...(await startConnection(server.transport, { seed, ...options })) };
  }

  test("what comes on the stream is told, with the token of whoever listens", async () => {
    const script = modern.on(
      "subscriptions/listen",
      tell("notifications/subscriptions/acknowledged", { notifications: { toolsListChanged: true } }),
      notify("notifications/message", { level: "info", data: 1 }),
      wait(1_000),
      tell("notifications/tools/list_changed"),
    );
    const it = await startWith(script);
    const stream = it.watchAsk({ ...listen, token: "tools" });
    await it.clock.advance(100_000);

    expect(stream.state).toBe("pending");
    expect(notices(it.events)).toEqual([
      ["notifications/subscriptions/acknowledged", "tools"],
      ["notifications/message", undefined],
      ["notifications/tools/list_changed", "tools"],
    ]);
  });

  test("a foreign subscription's notification is told without a token", async () => {
    const odd = { _meta: { "io.modelcontextprotocol/subscriptionId": 99 } };
    const it = await startWith(modern.tool("work", notify("notifications/tools/list_changed", odd), say("done")));
    await it.drive(it.ask({ method: "tools/call", params: { name: "work" } }));

    expect(notices(it.events)).toEqual([["notifications/tools/list_changed", undefined]]);
  });

  test("waits for a connection, and for nothing else: no slot, no queue, no ceiling", async () => {
    const script = modern.once("server/discover", wait(1_000), answer(discovered)).tool("work", stall());
    const it = await startWith(script.on("server/discover", answer({ ...discovered, capabilities: { tools: {} } })), {
      maxInFlight: 1,
      maxPending: 2,
      protocol: "modern",
    });
    const work = { method: "tools/call", params: { name: "work" } };
    const streams = [it.watchAsk(listen), it.watchAsk(listen), it.watchAsk(listen)];
    const calls = [it.watchAsk(work), it.watchAsk(work)];
    const refused = it.watchAsk(work);
    await it.clock.advance(2_000);
    const late = it.watchAsk(listen);
    await it.clock.advance(100);

    expect(refused.value).toMatchObject({ ok: false, failure: { code: "OVERLOADED" } });
    expect(calls[0]?.value).toMatchObject({ ok: false, failure: { code: "CAPABILITY" } });
    expect([...streams, late].map(({ state }) => state)).toEqual(["pending", "pending", "pending", "pending"]);
    expect(it.server.received.filter(({ method }) => method === "subscriptions/listen")).toHaveLength(4);
  });

  test("takes no slot of those in flight", async () => {
    const script = modern.tool("work", wait(10), say("done"));
    const it = await startWith(script, { maxInFlight: 1 });
    await it.clock.settle();
    const streams = [it.watchAsk(listen), it.watchAsk(listen)];
    const call = it.watchAsk({ method: "tools/call", params: { name: "work" } });
    await it.clock.advance(10);

    expect(call.value).toMatchObject({ ok: true });
    expect(streams.map(({ state }) => state)).toEqual(["pending", "pending"]);
    expect(it.runtime.tree()[0]?.children.length).toBe(3);
  });

  test("a legacy server has no such thing: a CapabilityError here, and nothing on the wire", async () => {
    const it = await startWith(new Script());
    const stream = it.watchAsk(listen);
    await it.clock.settle();

    expect(stream.value).toMatchObject({ ok: false, failure: { code: "CAPABILITY" }, attempts: 0 });
    expect(it.server.received.some(({ method }) => method === "subscriptions/listen")).toBe(false);
  });

  test("the server ends it in order by its answer", async () => {
    const it = await startWith(modern.on("subscriptions/listen", wait(50), answer({})));

    expect(await it.drive(it.ask(listen))).toMatchObject({ ok: true, outcome: "completed" });
  });

  test("the server ends it by notifications/cancelled", async () => {
    const end = `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } })}\n`;
    const it = await startWith(modern.on("subscriptions/listen", wait(50), raw(end)));

    expect(await it.drive(it.ask(listen))).toMatchObject({ ok: false, failure: { code: "CANCELLED" } });
    expect(it.server.received.some(({ method }) => method === "notifications/cancelled")).toBe(false);
  });

  test("the client ends it by notifications/cancelled where all share one stream", async () => {
    const it = await startWith(modern);
    const stream = it.watchAsk({ ...listen, token: "mine" });
    await it.clock.settle();
    it.ref.cast("cancel", { token: "mine", caller: undefined, reason: "enough" });
    await it.clock.settle();

    expect(stream.value).toMatchObject({ ok: false, failure: { code: "CANCELLED" } });
    expect(it.server.received.at(-1)).toMatchObject({ method: "notifications/cancelled", params: { requestId: 2 } });
  });

  test("and by the end of its stream where it has one of its own", async () => {
    const http = httpTransport(({ message }) =>
      message.method === "server/discover" ? { response: { result: discovered } } : undefined,
    );
    const it = await startConnection(http.transport, { seed });
    const stream = it.watchAsk({ ...listen, token: "mine" });
    await it.clock.settle();
    it.ref.cast("cancel", { token: "mine", caller: undefined, reason: "enough" });
    await it.clock.settle();

    expect(stream.value).toMatchObject({ ok: false, failure: { code: "CANCELLED" } });
    expect(http.abandoned).toEqual([2]);
    expect(http.posts.map(({ message }) => message.method)).toEqual(["server/discover", "subscriptions/listen"]);
  });

  test("is opened again with every new life of the server, side by side with others, as often as it may", async () => {
    const it = await startWith(modern);
    const streams = [1, 2, 3].map(() => it.watchAsk({ ...listen, retry: Number.POSITIVE_INFINITY }));
    for (let life = 1; life <= 5; life++) {
      await it.clock.advance(1_000);
      it.server.kill();
      await it.clock.advance(10_000);
    }

    expect(streams.map(({ state }) => state)).toEqual(["pending", "pending", "pending"]);
    expect(it.server.received.filter(({ method }) => method === "subscriptions/listen")).toHaveLength(18);
    expect(notices(it.events)).toHaveLength(18);
  });

  test("the end of the client ends it, and tells the server", async () => {
    const it = await startWith(modern);
    const stream = it.watchAsk(listen);
    await it.clock.settle();
    await it.drive(it.runtime.stop());

    expect(stream.state).not.toBe("pending");
    expect(it.server.received.at(-1)).toMatchObject({ method: "notifications/cancelled", params: { requestId: 2 } });
  });
});
