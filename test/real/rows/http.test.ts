import { connect } from "caduceus";
import { progress, Script, type ScriptedHttpOptions, say, scriptedHttp, wait } from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { errorOf, textOf } from "./stage.js";

const script = new Script()
  .tool("hello", say("hello"))
  .annotatedTool("slow", { readOnlyHint: true }, wait(1_000), say("slow"))
  .tool("work", progress(1, 2), wait(200), progress(2, 2), say("done"));

async function connected(options: ScriptedHttpOptions = {}, more: Parameters<typeof connect>[1] = {}) {
  const server = await scriptedHttp(script, options);
  onTestFinished(() => server.close());
  const client = await connect(server.entry, { backoff: { initial: 20, jitter: 0 }, ...more });
  onTestFinished(() => client.close());
  return { client, server };
}

describe("over http", () => {
  test.each(["json", "sse"] as const)(
    "M24 answers as %s are taken, and every leg names session and revision",
    async (answers) => {
      const { client, server } = await connected({ answers });
      await server.until(() => server.streams.open === 1);

      expect(textOf(await client.callTool("hello"))).toBe("hello");
      await client.close();

      const legs = server.received.slice(
        server.received.findIndex(({ message }) => message?.method === "initialize") + 1,
      );
      expect(new Set(legs.map(({ method }) => method))).toEqual(new Set(["POST", "GET", "DELETE"]));
      const sessions = new Set(legs.map(({ headers }) => headers["mcp-session-id"]));
      expect([...sessions]).toEqual([expect.any(String)]);
      expect(new Set(legs.map(({ headers }) => headers["mcp-protocol-version"]))).toEqual(new Set(["2025-11-25"]));
    },
  );

  test("M24 three calls of a second take less than 1.3 s", { retry: 2 }, async () => {
    const { client } = await connected();
    const begun = performance.now();

    await Promise.all([1, 2, 3].map(() => client.callTool("slow")));

    expect(performance.now() - begun).toBeLessThan(1_300);
  });

  test("M24 progress is live: it is there before the answer", async () => {
    const { client } = await connected();
    const call = client.callTool("work");
    let isDone = false;
    void call.then(() => {
      isDone = true;
    });

    for await (const update of call.progress) {
      expect([update.progress, isDone]).toEqual([1, false]);
      break;
    }
    expect(textOf(await call)).toBe("done");
  });

  test("M24 a session that is gone is begun anew, once for all calls that meet it", async () => {
    const { client, server } = await connected();

    server.forget();
    const results = await Promise.all(Array.from({ length: 5 }, () => client.callTool("hello")));

    expect(results.map(textOf)).toEqual(Array.from({ length: 5 }, () => "hello"));
    expect(server.sessions.begun).toBe(2);
  });

  test("M24 the server's own stream survives 20 ends, goes on where it was, and is live again", async () => {
    const { client, server } = await connected({ eventIds: true });
    const heard: unknown[] = [];
    client.on("log", ({ data }) => void heard.push(data));
    for (let round = 1; round <= 20; round++) {
      await server.until(() => server.streams.open === 1 && server.streams.begun >= round);
      server.closeStreams();
      // Said while nobody listens: it has to be made up for.
      server.push("notifications/message", { level: "info", data: round });
    }

    await expect.poll(() => heard, { timeout: 20_000 }).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test("M24 a response stream that is cut is taken up again where its events have ids", async () => {
    const { client, server } = await connected({ eventIds: true });
    const seen: number[] = [];
    server.cut("tools/call", 1);

    const result = await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });

    expect([textOf(result), seen]).toEqual(["done", [1, 2]]);
    expect(server.messages("tools/call")).toHaveLength(1);
  });

  test("M24 a redirect is followed within the origin, and nothing goes to another one", async () => {
    const { client, server } = await connected({}, { auth: { token: () => "secret" } });
    const other = await scriptedHttp(script);
    onTestFinished(() => other.close());

    server.refuse("tools/call", { status: 307, headers: { location: "/mcp?again" } });
    expect(textOf(await client.callTool("hello"))).toBe("hello");
    server.refuse("tools/call", {
      status: 307,
      headers: { location: `${"url" in other.entry ? other.entry.url : ""}` },
    });
    expect(await errorOf(client.callTool("hello"))).toMatchObject({ code: "HTTP", status: 307 });

    expect(other.received).toEqual([]);
  });

  test("M24 a 401 is typed", async () => {
    const { client, server } = await connected();
    server.refuse("tools/call", { status: 401, headers: { "www-authenticate": "Bearer" } });

    expect(await errorOf(client.callTool("hello"))).toMatchObject({ name: "UnauthorizedError", code: "UNAUTHORIZED" });
    expect(textOf(await client.callTool("hello"))).toBe("hello");
  });
});
