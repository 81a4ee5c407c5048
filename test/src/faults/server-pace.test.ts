import { afterEach, describe, expect, test, vi } from "vitest";
import { answer, Script, say } from "../../../src/testing/index.js";
import { fakeClocks } from "../../support/clocks.js";
import { connectOverHttp } from "../../support/http.js";
import { errorOf, textOf } from "../../support/memory.js";
import { completed, created, state } from "../../support/tasks.js";

afterEach(() => void vi.useRealTimers());

const HUGE = Number.MAX_SAFE_INTEGER;

const modern = { protocol: "modern", sessions: false } as const;

describe("a poll interval", () => {
  test.each([0, 1])("FAULTS `pollInterval` of 0, huge or negative: %d is 100 ms", async (pollIntervalMs) => {
    const script = new Script({ era: "modern" })
      .on("tools/call", created({ pollIntervalMs }))
      .once("tasks/get", state("working", { pollIntervalMs }))
      .on("tasks/get", completed());
    const { client, server } = await connectOverHttp(script, modern);
    const begun = performance.now();

    expect(textOf(await client.callTool("work"))).toBe("done");

    expect(performance.now() - begun).toBeGreaterThanOrEqual(199);
    expect(server.messages("tasks/get")).toHaveLength(2);
  });

  test.each([HUGE, -HUGE, -1])(
    "FAULTS `pollInterval` of 0, huge or negative: with %d a task is asked for in time, and not at once",
    async (pollIntervalMs) => {
      const script = new Script({ era: "modern" })
        .on("tools/call", created({ pollIntervalMs }))
        .on("tasks/get", completed());
      const { client, server } = await connectOverHttp(script, modern);
      const begun = performance.now();

      expect(textOf(await client.callTool("work", {}, { timeout: 1_500 }))).toBe("done");

      expect(performance.now() - begun).toBeGreaterThanOrEqual(999);
      expect(server.messages("tasks/get")).toHaveLength(1);
    },
  );
});

describe("an event stream's `retry`", () => {
  /** The answer's stream ends at once, having said when to come back; where it is resumed, the answer stands. */
  async function cutWith(retry: number) {
    const stage = await connectOverHttp(new Script().tool("hello", say("hello")), { stream: false });
    const { server } = stage;
    await server.until(() => server.received.some(({ method }) => method === "GET"));
    const headers = { "content-type": "text/event-stream" };
    const id = Number(server.messages("initialize")[0]?.message?.id) + 1;
    const message = JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "resumed" }] } });
    server.refuse("tools/call", { status: 200, headers, body: `retry: ${retry}\nid: one\ndata:\n\n` });
    server.refuse("GET", { status: 200, headers, body: `data: ${message}\n\n` });
    return stage;
  }

  test.each([0, 1, -5])("FAULTS SSE `retry` of 0, huge or negative: %d is 100 ms at least", async (retry) => {
    const { client, server } = await cutWith(retry);
    const begun = performance.now();

    expect(textOf(await client.callTool("hello"))).toBe("resumed");

    expect(performance.now() - begun).toBeGreaterThanOrEqual(99);
    expect(server.received.filter(({ method }) => method === "GET")).toHaveLength(2);
    expect(server.received.at(-1)?.headers["last-event-id"]).toBe("one");
  });

  test("FAULTS SSE `retry` of 0, huge or negative: a huge one does not outlive the call", async () => {
    const { client, server } = await cutWith(HUGE);

    const error = await errorOf(client.callTool("hello", {}, { timeout: 200 }));

    expect(error).toMatchObject({ code: "TIMEOUT", after: 200 });
    expect(server.received.filter(({ method }) => method === "GET")).toHaveLength(1);
  });
});

describe("`ttlMs`", () => {
  const uri = "file:///a";
  const readable = (ttlMs: number) =>
    new Script({ era: "modern" }).on(
      "resources/read",
      answer({ resultType: "complete", contents: [{ uri, text: "a" }], ttlMs, cacheScope: "private" }),
    );

  test.each([0, -1, -HUGE])(
    "FAULTS `ttlMs` of 0, huge or negative: with %d each reading asks the server",
    async (ttlMs) => {
      const { client, server } = await connectOverHttp(readable(ttlMs), modern);

      for (let reading = 0; reading < 3; reading++) await client.readResource(uri).catch(() => undefined);

      expect(server.messages("resources/read")).toHaveLength(3);
    },
  );

  test("FAULTS `ttlMs` of 0, huge or negative: a huge one is a day", async () => {
    fakeClocks();
    const { client, server } = await connectOverHttp(readable(HUGE), modern);
    await client.readResource(uri);
    await client.readResource(uri);
    expect(server.messages("resources/read")).toHaveLength(1);

    vi.advanceTimersByTime(86_400_000);
    await client.readResource(uri);

    expect(server.messages("resources/read")).toHaveLength(2);
  });
});

describe("`Retry-After`", () => {
  const script = new Script().tool("hello", say("hello"));

  test.each(["0", "-5", "Thu, 01 Jan 1970 00:00:00 GMT"])(
    "FAULTS `Retry-After` of 0, huge or negative: %j is 100 ms",
    async (value) => {
      const { client, server } = await connectOverHttp(script);
      server.refuse("tools/call", { status: 503, headers: { "retry-after": value } });
      const begun = performance.now();

      expect(textOf(await client.callTool("hello"))).toBe("hello");

      expect(performance.now() - begun).toBeGreaterThanOrEqual(99);
      expect(server.messages("tools/call")).toHaveLength(2);
    },
  );

  test.each(["1e300", "9".repeat(30), "Fri, 31 Dec 9999 23:59:59 GMT"])(
    "FAULTS `Retry-After` of 0, huge or negative: %j is beyond the call's limit, so it ends at once",
    async (value) => {
      const { client, server } = await connectOverHttp(script);
      server.refuse("tools/call", { status: 503, headers: { "retry-after": value } });

      const error = await errorOf(client.callTool("hello", {}, { timeout: 5_000 }));

      expect(error).toMatchObject({ code: "HTTP", status: 503, outcome: "rejected", retryAfter: 3_600_000 });
    },
  );
});

test("FAULTS a repeated cursor: the walk ends with an error, which keeps what was read", async () => {
  const tool = { name: "hello", inputSchema: { type: "object" } };
  const script = new Script().on("tools/list", answer({ tools: [tool], nextCursor: "again" }));
  const { client, server } = await connectOverHttp(script);

  const error = await errorOf(client.listTools());

  expect(error).toMatchObject({ code: "INVALID_RESULT", result: { tools: [tool, tool] } });
  expect(server.messages("tools/list")).toHaveLength(2);
});
