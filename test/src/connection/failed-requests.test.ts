import { describe, expect, test } from "vitest";
import type { RpcError } from "../../../src/protocol/message.js";
import { type HttpOutcome, httpTransport, type Post, startConnection } from "../../support/connection.js";

const welcome = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: {}, resources: {} },
  serverInfo: { name: "a", version: "1" },
};
const discovered = { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
const busy = (retryAfter?: number): HttpOutcome => ({
  outcome: "rejected",
  failure: { code: "HTTP", message: "HTTP 503", http: { status: 503 } },
  retryAfter,
});
const gone: HttpOutcome = { outcome: "unknown", failure: { code: "HTTP", message: "reset", http: { status: 0 } } };
const refused = (error: RpcError): HttpOutcome => ({ response: { error } });
const result: HttpOutcome = { response: { result: { done: true } } };

/** A server over HTTP that answers the handshake, and everything else one outcome after the other. */
async function meet(outcomes: readonly HttpOutcome[], options: Parameters<typeof startConnection>[1] = {}) {
  const asked: Post[] = [];
  const times: number[] = [];
  const server = httpTransport((post) => {
    if (post.message.method === "server/discover") return { response: { result: discovered } };
    if (post.message.method === "initialize") return { response: { result: welcome } };
    if (post.message.id === undefined) return undefined;
    asked.push(post);
    times.push(it.clock.now());
    return outcomes[Math.min(asked.length, outcomes.length) - 1];
  });
  const it = await startConnection(server.transport, { protocol: "legacy", ...options });
  await it.clock.settle();
  const start = it.clock.now();
  return { ...it, asked, at: () => times.map((time) => time - start) };
}

const read = { method: "resources/read", params: { uri: "file:///a" } };
const call = { method: "tools/call", params: { name: "work" } };

describe("a request that gets no answer", () => {
  test("is repeated after the time that the server names", async () => {
    const it = await meet([busy(500), result]);

    expect(await it.drive(it.ask(read))).toMatchObject({ ok: true, attempts: 2 });
    expect(it.at()).toEqual([0, 500]);
  });

  test("is repeated at once when the server names none, later ones after the waits between incarnations", async () => {
    const it = await meet([gone, gone, gone, gone, result]);

    expect(await it.drive(it.ask({ ...read, retry: 5 }))).toMatchObject({ ok: true, attempts: 5 });
    expect(it.at()).toEqual([0, 0, 100, 300, 700]);
  });

  test("is repeated at once when the server says so", async () => {
    const it = await meet([busy(0), busy(0), result]);

    expect(await it.drive(it.ask(read))).toMatchObject({ ok: true, attempts: 3 });
    expect(it.at()).toEqual([0, 0, 0]);
  });

  test.each([[1_000], [Number.POSITIVE_INFINITY]])(
    "fails at once when the server names a time past its limit: %s",
    async (ms) => {
      const it = await meet([busy(ms), result]);

      expect(await it.drive(it.ask({ ...read, timeout: 1_000 }))).toMatchObject({
        ok: false,
        failure: { code: "HTTP", http: { status: 503 } },
        outcome: "rejected",
        attempts: 1,
      });
      expect(it.at()).toEqual([0]);
    },
  );

  test("is repeated when the time is just within its limit", async () => {
    const it = await meet([busy(999), result]);

    expect(await it.drive(it.ask({ ...read, timeout: 1_000 }))).toMatchObject({ ok: true, attempts: 2 });
  });

  test("fails with how far it went when it may not be repeated", async () => {
    const it = await meet([gone, result]);

    expect(await it.drive(it.ask(call))).toMatchObject({ ok: false, outcome: "unknown", attempts: 1 });
    expect(it.asked).toHaveLength(1);
  });

  test("is nobody's when the operation has ended", async () => {
    let late: ((outcome: HttpOutcome) => void) | undefined;
    const server = httpTransport((post, later) => {
      if (post.message.method === "initialize") return { response: { result: welcome } };
      late = later;
      return undefined;
    });
    const it = await startConnection(server.transport, { protocol: "legacy" });
    await it.clock.settle();
    const ended = it.watchAsk({ ...read, timeout: 100 });
    await it.clock.advance(100);
    late?.(gone);
    late?.({ outcome: "completed", failure: { code: "PROTOCOL", error: { code: -1, message: "late" } } });
    await it.clock.advance(1_000);

    expect(ended).toMatchObject({ at: 100, value: { failure: { code: "TIMEOUT" } } });
    expect(it.stats.operations).toEqual({ started: 1, settled: 1 });
  });

  test("makes room for the next one while it waits", async () => {
    const it = await meet([busy(500), result], { maxInFlight: 1 });
    const first = it.watchAsk(read);
    const second = it.watchAsk(call);
    await it.clock.advance(500);

    expect(second).toMatchObject({ at: 0, value: { ok: true, attempts: 1 } });
    expect(first).toMatchObject({ at: 500, value: { ok: true, attempts: 2 } });
  });
});

describe("a request that a modern server did not look at", () => {
  const headers = { code: -32_020, message: "headers" };
  const version = { code: -32_022, message: "version", data: { supported: ["2026-07-28"] } };

  test("because of its headers: the tools are listed anew, once, and it is repeated", async () => {
    let lists = 0;
    const options = { protocol: "modern", refreshTools: async () => void lists++ } as const;
    const once = await meet([refused(headers), result], options);
    expect(await once.drive(once.ask(call))).toMatchObject({ ok: true, attempts: 2 });
    expect(lists).toBe(1);
    const always = await meet([refused(headers)], options);

    expect(await always.drive(always.ask(call))).toMatchObject({
      ok: false,
      failure: { code: "PROTOCOL", error: headers },
      outcome: "rejected",
      attempts: 2,
    });
    expect(lists).toBe(2);
  });

  test("because of its revision: the handshake is made anew, as often as it may be repeated", async () => {
    let lists = 0;
    const options = { protocol: "modern", refreshTools: async () => void lists++ } as const;
    const it = await meet([refused(version)], options);
    const states = () => it.events.flatMap((event) => (event.type === "state" ? [event.state] : []));

    expect(await it.drive(it.ask(call))).toMatchObject({
      ok: false,
      failure: { code: "PROTOCOL", error: version },
      outcome: "rejected",
      attempts: 3,
    });
    expect(lists).toBe(0);
    expect(states()).toEqual(["ready", "reconnecting", "ready", "reconnecting", "ready", "reconnecting", "ready"]);
  });

  test("because of its headers and then of its revision: each has its own remedy", async () => {
    let lists = 0;
    const options = { protocol: "modern", refreshTools: async () => void lists++ } as const;
    const it = await meet([refused(headers), refused(version), result], options);

    expect(await it.drive(it.ask(call))).toMatchObject({ ok: true, attempts: 3 });
    expect(lists).toBe(1);
    expect(it.events.filter(({ type }) => type === "ready")).toHaveLength(2);
  });

  test("and that may not be repeated fails with it", async () => {
    const it = await meet([refused(headers), result], { protocol: "modern" });

    expect(await it.drive(it.ask({ ...call, retry: false }))).toMatchObject({
      ok: false,
      failure: { code: "PROTOCOL", error: headers },
      outcome: "rejected",
      attempts: 1,
    });
    expect(it.asked).toHaveLength(1);
  });
});
