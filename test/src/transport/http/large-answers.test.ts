import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

test.each(["json", "sse"] as const)(
  "FAULTS an SSE event over `maxMessageSize`: as %s it fails that one operation, and the connection lives",
  async (answers) => {
    const script = new Script().tool("large", say("x".repeat(20_000))).tool("small", say("y"));
    const { client, server } = await connectOverHttp(script, { maxMessageSize: 10_000, answers });

    const [large, small] = await Promise.allSettled([client.callTool("large"), client.callTool("small")]);

    expect(large).toMatchObject({
      reason: { code: "MESSAGE_TOO_LARGE", limit: 10_000, outcome: "completed", attempts: 1 },
    });
    expect(small.status === "fulfilled" && textOf(small.value)).toBe("y");
    expect(server.messages("initialize")).toHaveLength(1);
  },
);

test("an answer of 8 MiB on an event stream arrives whole", async () => {
  const script = new Script().tool("large", say("é".repeat(4 * 1024 * 1024)));
  const { client } = await connectOverHttp(script, { answers: "sse" });

  expect(textOf(await client.callTool("large"))).toBe("é".repeat(4 * 1024 * 1024));
});

test("FAULTS a decompressed body over `maxMessageSize`: it fails that one operation by its size after decompression", async () => {
  const script = new Script().tool("small", say("y"));
  const { client, server } = await connectOverHttp(script, { maxMessageSize: 10_000, fetch: globalThis.fetch });
  const id = Number(server.messages("initialize")[0]?.message?.id) + 1;
  const answer = { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "x".repeat(50_000_000) }] } };
  const body = gzipSync(JSON.stringify(answer));
  expect(body.length).toBeLessThan(100_000);
  server.refuse("tools/call", {
    status: 200,
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body,
  });

  const [large, small] = await Promise.allSettled([client.callTool("large"), client.callTool("small")]);

  expect(large).toMatchObject({ reason: { code: "MESSAGE_TOO_LARGE", limit: 10_000, attempts: 1 } });
  expect(small.status === "fulfilled" && textOf(small.value)).toBe("y");
  expect(server.messages("initialize")).toHaveLength(1);
});

test("an answer that is compressed, though nobody asked for that, is an HttpError at once", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("small", say("y")));
  const body = gzipSync('{"jsonrpc":"2.0"}');
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  server.refuse("tools/call", { status: 200, headers, body });

  await expect(client.callTool("any")).rejects.toMatchObject({ code: "HTTP", status: 200, outcome: "completed" });

  expect(server.messages("tools/call")[0]?.headers["accept-encoding"]).toBeUndefined();
  expect(textOf(await client.callTool("small"))).toBe("y");
});
