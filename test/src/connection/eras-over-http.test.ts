import { describe, expect, test } from "vitest";
import type { Failure } from "../../../src/protocol/failure.js";
import { type HttpOutcome, httpTransport, type Post, type Serve, startConnection } from "../../support/connection.js";
import { seeds } from "../../support/runtime.js";

const discovered = { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
const welcome = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "a", version: "1" } };

const http = (status: number): HttpOutcome => {
  const failure: Failure = { code: "HTTP", message: `HTTP ${status}`, http: { status } };
  return { outcome: status < 300 ? "completed" : "rejected", failure };
};
const refusal = (code: number, data?: unknown): HttpOutcome => ({ response: { error: { code, message: "no", data } } });

/** Answers by method; what is not there is never answered. */
const byMethod =
  (outcomes: Record<string, HttpOutcome | ((post: Post) => HttpOutcome | undefined)>): Serve =>
  (post) => {
    const outcome = outcomes[post.message.method];
    return typeof outcome === "function" ? outcome(post) : outcome;
  };

describe.each(seeds)("M21 which era a server over HTTP is of, order %s", (seed) => {
  const legacy = {
    initialize: { response: { result: welcome } },
    "tools/list": { response: { result: { tools: [] } } },
  };

  async function meet(serve: Serve, options = {}) {
    const server = httpTransport(serve);
    const it = await startConnection(server.transport, { seed, ...options });
    await it.clock.settle();
    const methods = () => server.posts.map(({ message }) => message.method);
    return { ...it, ...server, methods };
  }

  test("a modern server is asked once; every request has the headers of the revision", async () => {
    const it = await meet(
      byMethod({ "server/discover": { response: { result: discovered } }, "tools/call": { response: { result: {} } } }),
      { toolHeaders: () => [{ header: "mcp-param-region", path: ["region"] }] },
    );
    const params = { name: "sql", arguments: { region: "us" } };
    const headers = { "x-mine": "1" };
    await it.drive(it.ask({ method: "tools/call", params, headers }));

    expect(it.posts.map(({ head }) => head)).toEqual([
      {
        kind: "request",
        id: 1,
        method: "server/discover",
        headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "server/discover" },
      },
      {
        kind: "request",
        id: 2,
        method: "tools/call",
        headers: {
          "x-mine": "1",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": "tools/call",
          "mcp-name": "sql",
          "mcp-param-region": "us",
        },
      },
    ]);
    expect(it.era()).toBe("modern");
  });

  test.each([
    ["HTTP 400", http(400)],
    ["HTTP 404", http(404)],
    ["HTTP 405", http(405)],
    ["HTTP 406", http(406)],
    ["HTTP 500", http(500)],
    ["a body that is no answer", http(200)],
    ["an answer that is too large", { outcome: "completed", failure: { code: "MESSAGE_TOO_LARGE", limit: 1 } }],
    ["-32000", refusal(-32_000)],
    ["-32601", refusal(-32_601)],
    [
      "an error told as a failure",
      {
        outcome: "completed",
        failure: { code: "PROTOCOL", error: { code: -32_600, message: "Not initialized" } },
      },
    ],
  ] as [string, HttpOutcome][])("%s: a legacy server, greeted on the same transport at once", async (_, outcome) => {
    const it = await meet(byMethod({ ...legacy, "server/discover": outcome }));

    expect(it.methods()).toEqual(["server/discover", "initialize", "notifications/initialized"]);
    expect(it.posts[1]?.head).toMatchObject({ headers: {} });
    expect(it.posts[2]?.head).toMatchObject({ headers: { "mcp-protocol-version": "2025-11-25" } });
    expect(it.clock.now()).toBe(0);
    expect(it.era()).toBe("legacy");
  });

  test.each([
    ["HTTP 401", { outcome: "rejected", failure: { code: "UNAUTHORIZED", status: 401 } }],
    ["HTTP 429", http(429)],
    ["HTTP 503", http(503)],
    [
      "a connection that was lost",
      {
        outcome: "unknown",
        failure: { code: "CONNECTION_LOST", message: "reset", loss: { incarnation: 1 } },
      },
    ],
    ["-32021", refusal(-32_021, { requiredCapabilities: {} })],
  ] as [string, HttpOutcome][])("%s says nothing of eras: no greeting, another try later", async (_, outcome) => {
    const it = await meet(byMethod({ ...legacy, "server/discover": outcome }));

    expect(it.methods()).toEqual(["server/discover"]);
    expect(it.events.some(({ type }) => type === "lost")).toBe(true);
    await it.clock.advance(100);
    expect(it.methods()).toEqual(["server/discover", "server/discover"]);
  });

  test("a silent one is greeted after 5 s; the probe is let go, since its stream is held for nobody", async () => {
    const it = await meet(byMethod(legacy));
    await it.clock.advance(5_000);

    expect(it.methods()).toEqual(["server/discover", "initialize", "notifications/initialized"]);
    expect(it.abandoned).toEqual([1]);
  });

  test("a late answer of the probe does not begin anything anew: there is no process that was put in a mode", async () => {
    let late: ((outcome: HttpOutcome) => void) | undefined;
    const it = await meet((post, later) => {
      if (post.message.method === "server/discover") late = later;
      return byMethod(legacy)(post, later);
    });
    await it.clock.advance(5_000);
    late?.({ response: { result: discovered } });
    await it.clock.advance(1_000);

    expect(it.methods()).toHaveLength(3);
    expect(it.events.some(({ type }) => type === "lost")).toBe(false);
  });

  test("a revision that is refused in the body of a 400 is renegotiated, and the request repeated", async () => {
    let isNew = false;
    const it = await meet((post, later) =>
      byMethod({
        ...legacy,
        "server/discover": isNew ? http(400) : { response: { result: discovered } },
        "tools/list":
          isNew && "mcp-method" in post.head.headers
            ? {
                outcome: "completed",
                failure: {
                  code: "PROTOCOL",
                  error: { code: -32_022, message: "", data: { supported: ["2025-11-25"] } },
                },
              }
            : { response: { result: { tools: [] } } },
      })(post, later),
    );
    isNew = true;

    expect(await it.drive(it.ask({ method: "tools/list" }))).toMatchObject({ ok: true, attempts: 2 });
    expect(it.methods()).toEqual([
      "server/discover",
      "tools/list",
      "server/discover",
      "initialize",
      "notifications/initialized",
      "tools/list",
    ]);
  });

  test("a modern request that is given up is told by the end of its stream alone", async () => {
    const it = await meet(byMethod({ "server/discover": { response: { result: discovered } } }));
    const call = it.watchAsk({ method: "tools/call", params: { name: "work" }, timeout: 100 });
    await it.clock.advance(100);

    expect(call.value).toMatchObject({ ok: false, failure: { code: "TIMEOUT" } });
    expect(it.abandoned).toEqual([2]);
    expect(it.methods()).toEqual(["server/discover", "tools/call"]);
  });

  test("a question on a request's own stream stops that request's clock, and no other", async () => {
    const asks = { jsonrpc: "2.0", id: "q", method: "roots/list" };
    let release = (_: unknown): void => undefined;
    const it = await meet(
      (post, later) => {
        if (post.message.method !== "tools/call") return byMethod(legacy)(post, later);
        if (post.message.params.name === "asking") later({ response: asks });
        return undefined;
      },
      {
        protocol: "legacy",
        answer: () => new Promise((resolve) => (release = () => resolve({ result: { roots: [] } }))),
      },
    );
    const asking = it.watchAsk({ method: "tools/call", params: { name: "asking" }, timeout: 100 });
    const other = it.watchAsk({ method: "tools/call", params: { name: "other" }, timeout: 100 });
    await it.clock.advance(1_000);

    expect(other).toMatchObject({ at: 100, value: { failure: { code: "TIMEOUT" } } });
    expect(asking.state).toBe("pending");
    release(undefined);
    await it.clock.advance(1_000);
    expect(asking).toMatchObject({ at: 1_100, value: { failure: { code: "TIMEOUT" } } });
    expect(it.posts.some(({ head }) => head.kind === "response")).toBe(true);
  });
});
