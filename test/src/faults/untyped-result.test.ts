import { expect, test } from "vitest";
import { Script } from "../../../src/testing/index.js";
import { connectOverHttp } from "../../support/http.js";
import { textOf } from "../../support/memory.js";

test("FAULTS a modern result without `resultType`: it is taken as complete", async () => {
  const { client, server } = await connectOverHttp(new Script({ era: "modern" }), {
    protocol: "modern",
    sessions: false,
  });
  const id = Number(server.messages("server/discover")[0]?.message?.id) + 1;
  const body = JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "bare" }] } });
  server.refuse("tools/call", { status: 200, headers: { "content-type": "application/json" }, body });

  expect(textOf(await client.callTool("any"))).toBe("bare");
});
