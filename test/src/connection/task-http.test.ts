import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "../../../src/protocol/base-error.js";
import type { Failure } from "../../../src/protocol/failure.js";
import { type HttpOutcome, httpTransport, type Post, type Serve, startConnection } from "../../support/connection.js";
import { accept, elicit } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";

const discovered = { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
const ok = (result: object): HttpOutcome => ({ response: { result: { resultType: "complete", ...result } } });
const task = (status: string, more = {}): HttpOutcome => ok({ taskId: "Ä 1", status, ttlMs: null, ...more });
const done = task("completed", { result: { content: [] } });
const http = (status: number, outcome: AttemptOutcome, retryAfter?: number): HttpOutcome => {
  const failure: Failure = { code: "HTTP", message: `HTTP ${status}`, http: { status } };
  return { outcome, failure, retryAfter };
};

describe.each(seeds)("tasks over HTTP, order %s", (seed) => {
  /** Answers the polls, and the updates, one after the other; the last one again and again. */
  async function begun(polls: HttpOutcome[], updates: HttpOutcome[] = [], options = {}) {
    const next = (outcomes: HttpOutcome[]) => (outcomes.length > 1 ? outcomes.shift() : outcomes[0]);
    const serve: Serve = ({ message: { method } }) => {
      if (method === "server/discover") return { response: { result: discovered } };
      if (method === "tools/call") return task("working", { resultType: "task" });
      if (method === "tasks/get") return next(polls);
      return method === "tasks/update" ? next(updates) : undefined;
    };
    const server = httpTransport(serve);
    const it = await startConnection(server.transport, { seed, ...options });
    await it.clock.settle();
    const posts = (method: string): Post[] => server.posts.filter(({ message }) => message.method === method);
    const call = (ticket = {}) => it.watchAsk({ method: "tools/call", params: { name: "work" }, ...ticket });
    return { ...it, posts, call, abandoned: server.abandoned };
  }

  test("its messages say in a header which task they are about, and bear the caller's headers", async () => {
    const needs = task("input_required", { inputRequests: { a: elicit() } });
    const it = await begun([needs, task("working")], [ok({})], { answer: accept });

    it.call({ headers: { "x-mine": "1" }, maxTimeout: 5_000 });
    await it.clock.advance(10_000);

    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      expect(it.posts(method)[0]?.head.headers).toEqual({
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
        "mcp-name": "=?base64?w4QgMQ==?=",
        "x-mine": "1",
      });
    }
    expect(it.posts("tasks/update")).toHaveLength(1);
  });

  test("a cancel goes out as what nobody waits for, so that it is still sent when the client is closed", async () => {
    const it = await begun([task("working")]);

    it.call({ maxTimeout: 2_500 });
    await it.clock.advance(10_000);

    expect(it.posts("tasks/cancel")).toMatchObject([
      { head: { kind: "notification" }, message: { params: { taskId: "Ä 1" }, id: expect.any(Number) } },
    ]);
  });

  test.each(["not_sent", "rejected", "unknown"] as const)(
    "a poll whose outcome is %s is made again",
    async (outcome) => {
      const it = await begun([http(502, outcome), http(502, outcome), http(502, outcome), http(502, outcome), done]);

      const call = it.call({ retry: false });
      await it.clock.advance(10_000);

      expect(call).toMatchObject({ at: 5_000, value: { ok: true, attempts: 1 } });
      expect(it.posts("tools/call")).toHaveLength(1);
    },
  );

  test("a server that is busy is asked again when it wants to be", async () => {
    const it = await begun([http(429, "rejected", 7_000), done]);

    const call = it.call();
    await it.clock.advance(10_000);

    expect(call).toMatchObject({ at: 8_000, value: { ok: true } });
  });

  test.each([
    http(403, "completed"),
    http(429, "rejected", 30_000),
    { outcome: "completed", failure: { code: "MESSAGE_TOO_LARGE", limit: 5 } } as const,
  ])("a poll that is answered with what is no answer ends the operation", async (outcome) => {
    const it = await begun([outcome]);

    const call = it.call();
    await it.clock.advance(10_000);

    expect(call).toMatchObject({ at: 1_000, value: { ok: false, outcome: "unknown" } });
    expect(call.value).toHaveProperty("failure", (outcome as { failure: Failure }).failure);
    expect(it.posts("tasks/cancel")).toHaveLength(1);
  });

  test("a poll refused for its revision is made in another", async () => {
    const error = { code: -32_022, message: "no", data: { supported: ["2026-07-28"], requested: "2026-07-28" } };
    const it = await begun([{ response: { error } }, done]);

    const call = it.call();
    await it.clock.advance(10_000);

    expect(call).toMatchObject({ value: { ok: true, attempts: 1 } });
    expect(it.posts("server/discover")).toHaveLength(2);
  });

  test("one that is refused so again and again is given up", async () => {
    const error = { code: -32_022, message: "no", data: { supported: ["2026-07-28"], requested: "2026-07-28" } };
    const it = await begun([{ response: { error } }]);

    const call = it.call();
    await it.clock.advance(10_000);

    expect(call).toMatchObject({ value: { ok: false, failure: { code: "PROTOCOL" }, outcome: "unknown" } });
    expect(it.posts("tasks/get")).toHaveLength(4);
  });

  test("what the host has answered goes out again when it did not arrive", async () => {
    const needs = task("input_required", { inputRequests: { a: elicit() } });
    const it = await begun([needs, needs, needs, done], [http(502, "unknown"), ok({})], { answer: accept });

    const call = it.call();
    await it.clock.advance(10_000);

    expect(call).toMatchObject({ at: 4_000, value: { ok: true } });
    expect(it.posts("tasks/update")).toHaveLength(2);
  });

  test("an answer of the host's that the server refuses ends the operation", async () => {
    const needs = task("input_required", { inputRequests: { a: elicit() } });
    const refusal = { response: { error: { code: -32_602, message: "not like that" } } };
    const it = await begun([needs], [refusal], { answer: accept });

    const call = it.call();
    await it.clock.advance(10_000);

    expect(call).toMatchObject({
      value: { ok: false, outcome: "unknown", failure: { code: "PROTOCOL", method: "tasks/update" } },
    });
    expect(it.posts("tasks/cancel")).toHaveLength(1);
  });

  test("an answer that is no JSON is an invalid request", async () => {
    const needs = task("input_required", { inputRequests: { a: elicit() } });
    const it = await begun([needs], [], { answer: () => ({ result: 1n }) });

    const call = it.call();
    await it.clock.advance(10_000);

    expect(call).toMatchObject({ value: { ok: false, failure: { code: "INVALID_REQUEST" } } });
  });

  test("a result of 2025-11-25 that does not arrive is asked for again, once a poll has said that it is there", async () => {
    const results = [http(502, "unknown"), ok({ content: [] })];
    const capabilities = { tools: {}, tasks: { requests: { tools: { call: {} } } } };
    const serve: Serve = ({ message: { method } }) => {
      if (method === "initialize")
        return ok({ protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "a", version: "1" } });
      if (method === "tools/call") return ok({ task: { taskId: "T", status: "working" } });
      if (method === "tasks/get") return ok({ taskId: "T", status: "completed" });
      return method === "tasks/result" ? results.shift() : undefined;
    };
    const server = httpTransport(serve);
    const it = await startConnection(server.transport, { seed, protocol: "legacy", needsTask: () => true });

    const call = it.watchAsk({ method: "tools/call", params: { name: "work" } });
    await it.clock.advance(10_000);

    expect(call).toMatchObject({ at: 2_000, value: { ok: true, attempts: 1 } });
    expect(server.posts.filter(({ message }) => message.method === "tasks/result")).toHaveLength(2);
  });

  test("a poll that is under way when the operation is given up is let go", async () => {
    const it = await begun([]);

    it.call({ maxTimeout: 2_500 });
    await it.clock.advance(10_000);

    expect(it.abandoned).toEqual([it.posts("tasks/get")[0]?.message.id]);
  });
});
