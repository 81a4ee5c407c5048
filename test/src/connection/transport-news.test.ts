import { describe, expect, test } from "vitest";
import type { Process } from "../../../actors/index.js";
import { noreply, server, shutdownWith } from "../../../actors/index.js";
import type { Frame, TransportDefinition, TransportNews, TransportSetup } from "../../../src/transport/transport.js";
import { type BareOptions, startConnection } from "../../support/connection.js";
import { processesOf } from "../../support/memory.js";

interface Message {
  readonly id?: number;
  readonly method?: string;
}

const welcome = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: {}, resources: {} },
  serverInfo: { name: "a", version: "1" },
};
const discovered = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {}, resources: {} },
};

/** A connection that is ready over a pipe whose other end is the test: it reads frames, and tells any news. */
async function setUp(options: BareOptions = {}) {
  const frames: (Frame & { readonly message: Message })[] = [];
  const definition = server<{ casts: { write(frame: Frame): void } }>("a pipe")<TransportSetup, TransportSetup>({
    init: (setup) => {
      setup.connection.send({ type: "opened", incarnation: setup.incarnation });
      return setup;
    },
    calls: {},
    casts: {
      write(frame, setup) {
        const message = JSON.parse(frame.text) as Message;
        frames.push({ ...frame, message });
        const tell = (result: object) =>
          setup.connection.send({
            type: "received",
            incarnation: setup.incarnation,
            value: { jsonrpc: "2.0", id: message.id, result },
          });
        setup.connection.send({ type: "accepted", incarnation: setup.incarnation, upTo: frame.sequence });
        if (message.method === "initialize") tell(welcome);
        if (message.method === "server/discover") tell(discovered);
        return noreply(setup);
      },
    },
  });
  const transport = () => definition as unknown as TransportDefinition;
  const it = await startConnection(transport, { protocol: "legacy", ...options });
  await it.clock.settle();
  const before = frames.length;
  it.events.length = 0;
  const connection = processesOf(it, "connection")[0] as Process<unknown>;
  type News<T> = T extends { readonly incarnation: number } ? Omit<T, "incarnation"> : never;
  const say = async (news: News<TransportNews>, incarnation = 1) => {
    connection.send({ incarnation, ...news });
    await it.clock.settle();
  };
  const receive = (value: object) => say({ type: "received", value: { jsonrpc: "2.0", ...value } });
  const written = () => frames.slice(before);
  const messages = () => written().map(({ message }) => message);
  const facts = () =>
    it.runtime
      .tree()
      .flatMap((node) => [node, ...node.children])
      .find(({ label }) => label === "connection");
  return { ...it, say, receive, written, messages, facts, connection };
}

describe("what a transport tells", () => {
  test("a warning and a line of stderr are events", async () => {
    const it = await setUp();
    const cause = new Error("why");
    await it.say({ type: "warning", message: "odd", cause });
    await it.say({ type: "stderr", line: "a line" });

    expect(it.events).toEqual([
      { type: "warning", message: "odd", cause },
      { type: "stderr", line: "a line" },
    ]);
  });

  test("noise, and what is no message, is dropped and counted", async () => {
    const it = await setUp();
    await it.say({ type: "noise", line: "a banner" });
    await it.say({ type: "received", value: 5 });

    expect(it.stats.messages.invalid).toBe(2);
    expect(it.events).toEqual([
      { type: "dropped", what: "messages.invalid" },
      { type: "dropped", what: "messages.invalid" },
    ]);
  });

  test("a request that could not be taken in is answered with its error", async () => {
    const it = await setUp();
    await it.say({ type: "refused", id: "q", error: { code: -32_000, message: "too large" } });

    expect(it.written()).toMatchObject([
      {
        message: { jsonrpc: "2.0", id: "q", error: { code: -32_000, message: "too large" } },
        head: { kind: "response", headers: { "mcp-protocol-version": "2025-11-25" } },
      },
    ]);
  });

  test("a forgotten session: a new handshake, and what is under way may still be answered", async () => {
    const it = await setUp();
    const call = it.watchAsk({ method: "tools/call", params: { name: "work" } });
    await it.clock.settle();
    const [sent] = it.messages();
    await it.say({ type: "forgotten" });
    expect(it.messages().map(({ method }) => method)).toEqual([
      "tools/call",
      "initialize",
      "notifications/initialized",
    ]);
    expect(it.events.map((event) => ("state" in event ? event.state : event.type))).toEqual([
      "reconnecting",
      "ready",
      "ready",
    ]);
    await it.receive({ id: sent?.id, result: { content: [] } });

    expect(call.value).toMatchObject({ ok: true, attempts: 1 });
  });

  test("a server that cannot be reached: the connection is lost, and what is under way may still be answered", async () => {
    const it = await setUp();
    const call = it.watchAsk({ method: "tools/call", params: { name: "work" } });
    await it.clock.settle();
    const [sent] = it.messages();
    await it.say({ type: "unreachable", end: { message: "no way" } });
    const lost = { code: "CONNECTION_LOST", message: "no way", loss: { incarnation: 1, retryAt: expect.any(Number) } };
    expect(it.events).toEqual([
      { type: "state", state: "reconnecting" },
      { type: "lost", failure: lost, retryAt: expect.any(Number) },
    ]);
    await it.receive({ id: sent?.id, result: { content: [] } });
    expect(call.value).toMatchObject({ ok: true });
    expect(it.stats.operations.settled).toBe(1);
  });

  test("news of another incarnation is none", async () => {
    const it = await setUp();
    await it.say({ type: "warning", message: "late" }, 2);
    await it.say({ type: "warning", message: "late" }, 0);

    expect(it.events).toEqual([]);
  });
});

describe("what a server sends of its own accord", () => {
  test("a notification is an event, without a token if it came on no stream", async () => {
    const it = await setUp();
    await it.receive({ method: "notifications/message", params: { level: "info", data: "x" } });

    const notification = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x" } };
    expect(it.events).toEqual([{ type: "notification", notification, token: undefined }]);
  });

  test("one about a task that nobody waits for is an event, too", async () => {
    const it = await setUp();
    await it.receive({ method: "notifications/tasks/status", params: { taskId: "t", status: "working" } });

    expect(it.events).toMatchObject([{ type: "notification" }]);
  });

  test("a cancel of a request of ours settles it, a cancel of its own is no news", async () => {
    const it = await setUp({ answer: () => new Promise(() => undefined) });
    const call = it.watchAsk({ method: "tools/call", params: { name: "work" } });
    await it.clock.settle();
    const [sent] = it.messages();
    await it.receive({ id: "q", method: "roots/list" });
    await it.receive({ method: "notifications/cancelled", params: { requestId: "q" } });
    expect(call.state).toBe("pending");
    await it.receive({ method: "notifications/cancelled", params: { requestId: sent?.id, reason: "enough" } });

    expect(call.value).toMatchObject({ failure: { code: "CANCELLED", reason: "enough" }, outcome: "unknown" });
    expect(it.events).toEqual([]);
  });

  test("a cancel of a request of its own is not one of ours that has the same id", async () => {
    const it = await setUp({ answer: () => new Promise(() => undefined) });
    const call = it.watchAsk({ method: "tools/call", params: { name: "work" } });
    await it.clock.settle();
    const id = it.messages()[0]?.id;
    await it.receive({ id, method: "roots/list" });
    await it.receive({ method: "notifications/cancelled", params: { requestId: id } });
    expect(call.state).toBe("pending");
    await it.receive({ method: "notifications/cancelled", params: { requestId: id } });

    expect(call.value).toMatchObject({ failure: { code: "CANCELLED" } });
  });

  test("a cancel of a poll ends neither the task nor who waits for it", async () => {
    const it = await setUp({ protocol: "modern" });
    const call = it.watchAsk({ method: "tools/call", params: { name: "work" } });
    await it.clock.settle();
    const task = { taskId: "t", status: "working", ttlMs: null, pollIntervalMs: 100 };
    await it.receive({ id: it.messages()[0]?.id, result: { resultType: "task", ...task } });
    await it.clock.advance(100);
    const poll = it.messages()[1];
    expect(poll).toMatchObject({ method: "tasks/get" });
    await it.receive({ method: "notifications/cancelled", params: { requestId: poll?.id } });

    expect(call.state).toBe("pending");
  });

  test("an answer that came after questions says so, one without does not", async () => {
    const it = await setUp({ protocol: "modern", answer: () => ({ result: { roots: [] } }) });
    const read = { method: "resources/read", params: { uri: "file:///a" } };
    const [asked, plain] = [it.watchAsk(read), it.watchAsk(read)];
    await it.clock.settle();
    const [first, second] = it.messages();
    const inputRequests = { a: { method: "roots/list" } };
    await it.receive({ id: first?.id, result: { resultType: "input_required", inputRequests } });
    for (const id of [second?.id, it.messages()[2]?.id])
      await it.receive({ id, result: { resultType: "complete", contents: [] } });

    expect([asked.value, plain.value]).toMatchObject([{ hasRounds: true }, { hasRounds: false }]);
  });

  test("a handler that fails is a warning with the method, and an error to the server", async () => {
    const oops = new Error("oops");
    const it = await setUp({ answer: () => Promise.reject(oops) });
    await it.receive({ id: "q", method: "roots/list" });

    expect(it.events).toEqual([{ type: "warning", message: "The client could not answer roots/list", cause: oops }]);
    expect(it.messages()).toMatchObject([{ id: "q", error: { code: -32_603 } }]);
  });

  test("requests that its revision does not have are no messages", async () => {
    const it = await setUp({ protocol: "modern" });
    await it.receive({ id: "q", method: "roots/list" });

    expect(it.messages()).toEqual([]);
    expect(it.stats.messages.invalid).toBe(1);
  });
});

test("a client's notification goes out while ready, if it means anything to the server", async () => {
  const it = await setUp();
  const text = JSON.stringify({ jsonrpc: "2.0", method: "notifications/roots/list_changed" });
  it.ref.cast("notify", { method: "notifications/roots/list_changed", text });
  await it.clock.settle();
  expect(it.written()).toMatchObject([
    {
      text,
      head: {
        kind: "notification",
        method: "notifications/roots/list_changed",
        headers: { "mcp-protocol-version": "2025-11-25" },
      },
    },
  ]);
  await it.say({ type: "unreachable", end: { message: "no way" } });
  it.ref.cast("notify", { method: "notifications/roots/list_changed", text });
  await it.clock.settle();

  expect(it.written()).toHaveLength(1);
  expect(it.connection.alive).toBe(true);
});

test.each([
  ["a message", { type: "received", value: { jsonrpc: "2.0", method: "notifications/message", params: {} } }],
  ["noise", { type: "noise", line: "a banner" }],
  ["a request's failure", { type: "failed", id: 99, outcome: "unknown", failure: { code: "OVERLOADED", limit: 1 } }],
] as const)("%s is a sign of life", async (_, news) => {
  const it = await setUp({ heartbeat: { interval: 100, timeout: 50 } });
  await it.clock.advance(90);
  await it.say(news);
  await it.clock.advance(99);
  expect(it.messages()).toEqual([]);
  await it.clock.advance(1);

  expect(it.messages()).toMatchObject([{ method: "ping" }]);
});

test("what waits and what is in flight can be seen from outside", async () => {
  const it = await setUp({ maxInFlight: 1 });
  for (let count = 0; count < 3; count++) it.watchAsk({ method: "tools/call", params: { name: "work" } });
  await it.clock.settle();

  expect(it.facts()?.details).toEqual({ state: "ready", incarnation: 1, waiting: 2, inFlight: 1 });
});

test("closed, what is under way fails with that, and the server is told", async () => {
  const it = await setUp();
  const call = it.watchAsk({ method: "tools/call", params: { name: "work" } });
  await it.clock.settle();
  await it.drive(it.connection.stop());

  const failure = { code: "CONNECTION_CLOSED", message: "The client was closed before the answer came" };
  expect(call.value).toEqual({ ok: false, failure, outcome: "unknown", attempts: 1 });
  expect(it.messages().map(({ method }) => method)).toEqual(["tools/call", "notifications/cancelled"]);
  expect(it.events[0]).toEqual({ type: "detached" });
});

test("a transport that is used once: its end is the connection's, and what could be repeated fails with it", async () => {
  const it = await setUp({ isUsedOnce: true });
  const call = it.watchAsk({ method: "tools/list" });
  await it.clock.settle();
  processesOf(it, "transport #1")[0]?.exit(shutdownWith({ message: "It ended" }));
  await it.clock.advance(60_000);

  const message = "It ended, and cannot be opened again: give `connect` a function that makes a transport";
  const failure = { code: "CONNECTION_LOST", message };
  expect(it.events.filter(({ type }) => type !== "dropped")).toMatchObject([
    { type: "state", state: "down" },
    { type: "down", failure },
    { type: "lost", failure },
  ]);
  expect(call.value).toMatchObject({ ok: false, failure, outcome: "unknown", attempts: 1 });
  expect(processesOf(it, "transport #2")).toEqual([]);
});
