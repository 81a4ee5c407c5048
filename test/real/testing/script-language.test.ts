import { connect, type Server } from "caduceus";
import {
  answer,
  ask,
  die,
  log,
  progress,
  raw,
  Script,
  say,
  scriptedHttp,
  scriptedMemory,
  scriptedStdio,
  stall,
  together,
  wait,
} from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";

const question = { message: "Sure?", requestedSchema: { type: "object", properties: {} } };
const message = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "as it is" } };

const script = new Script({ protocolVersion: "2025-03-26" })
  .on("resources/read", answer({ contents: [{ uri: "file:///a", text: "read" }] }))
  .tool("steps", progress(1, 3), wait(5), together(progress(2, 3), progress(3, 3)), say("done"))
  .tool("careful", ask("roots/list"), say("thank you"))
  .tool("curious", ask("elicitation/create", question), say("thank you"))
  .tool("never", stall())
  .tool("crash", progress(1), die())
  .tool("rough", raw("this is no JSON\n"), raw(`${JSON.stringify(message)}\n`), log("a line"), say("done"))
  .times(2, "ping", answer({ early: true }));

const text = (words: string) => ({ content: [{ type: "text", text: words }] });

const grounds: Readonly<Record<string, () => Server | Promise<Server>>> = {
  stdio: () => scriptedStdio(script),
  HTTP: async () => await overHttp({}),
  "HTTP, always on a stream": async () => await overHttp({ answers: "sse" }),
  "HTTP+SSE": async () => ({ ...(await overHttp({ transport: "sse" })), type: "sse" }),
  memory: () => scriptedMemory(script).transport,
};

describe.each(Object.entries(grounds))("a script over %s", (_, ground) => {
  test("answers a method, so often or always", async () => {
    const client = await stage(ground);

    expect(await client.readResource("file:///a")).toMatchObject({ contents: [{ text: "read" }] });
    expect([await client.ping(), await client.ping(), await client.ping()]).toEqual([
      { early: true },
      { early: true },
      {},
    ]);
  });

  test("makes progress step by step", async () => {
    const client = await stage(ground);
    const seen: number[] = [];

    expect(await client.callTool("steps", {}, { progress: (it) => void seen.push(it.progress) })).toEqual(text("done"));
    expect(seen).toEqual([1, 2, 3]);
  });

  test("asks the client back, and goes on with its answer", async () => {
    const client = await stage(ground);

    expect(await client.callTool("careful")).toEqual(text("thank you"));
    expect(await client.callTool("curious")).toEqual(text("thank you"));
  });

  test("stalls, and serves what comes after", async () => {
    const client = await stage(ground);

    await expect(client.callTool("never", {}, { timeout: 100 })).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(await client.callTool("careful")).toEqual(text("thank you"));
  });

  test("dies, and is there again", async () => {
    const client = await stage(ground);

    await expect(client.callTool("crash")).rejects.toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown" });
    expect(await client.callTool("careful")).toEqual(text("thank you"));
  });

  test("sends raw bytes, which are what they are", async () => {
    const client = await stage(ground);
    const heard: unknown[] = [];
    client.on("log", ({ data }) => heard.push(data));

    expect(await client.callTool("rough")).toEqual(text("done"));
    expect(heard).toEqual(["as it is"]);
  });
});

async function overHttp(options: Parameters<typeof scriptedHttp>[1]) {
  const server = await scriptedHttp(script, options);
  onTestFinished(() => server.close());
  return server.entry;
}

async function stage(ground: () => Server | Promise<Server>) {
  const client = await connect(await ground(), {
    protocol: "legacy",
    backoff: { initial: 20 },
    roots: [],
    onElicitation: () => ({ action: "accept", content: {} }),
  });
  onTestFinished(() => client.close());
  return client;
}
