import { expect, test } from "vitest";
import { progress, Script, say, wait } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

test("M24 an answer as JSON is the call's result, and every leg names the session and the revision", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")));

  expect(textOf(await client.callTool("hello"))).toBe("hello");

  const [call] = server.messages("tools/call");
  expect(call?.headers).toMatchObject({
    "mcp-session-id": expect.any(String),
    "mcp-protocol-version": "2025-11-25",
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  });
  expect(server.messages("initialize")[0]?.headers["mcp-session-id"]).toBeUndefined();
});

test("M24 an answer on an event stream is the call's result", async () => {
  const { client } = await connectOverHttp(new Script().tool("hello", say("hello")), { answers: "sse" });

  expect(textOf(await client.callTool("hello"))).toBe("hello");
});

test("M24 progress is live: it is delivered before the answer is there", async () => {
  const { client } = await connectOverHttp(new Script().tool("slow", progress(1, 2), wait(60_000), say("done")));

  const call = client.callTool("slow");
  for await (const update of call.progress) {
    expect(update).toMatchObject({ progress: 1, total: 2 });
    break;
  }
  call.cancel();
  await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
});

test("M24 three 1 s calls take less than 1.3 s: they run at the same time", { retry: 2 }, async () => {
  const { client } = await connectOverHttp(new Script().tool("slow", wait(1_000), say("done")));
  const begun = performance.now();

  await Promise.all([client.callTool("slow"), client.callTool("slow"), client.callTool("slow")]);

  expect(performance.now() - begun).toBeLessThan(1_300);
});

test("a server without sessions is served without them", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")), { sessions: false });

  expect(textOf(await client.callTool("hello"))).toBe("hello");
  expect(server.messages("tools/call")[0]?.headers["mcp-session-id"]).toBeUndefined();
});
