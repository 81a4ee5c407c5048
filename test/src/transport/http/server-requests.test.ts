import { expect, test } from "vitest";
import { ask, Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

test("M22 a request of the server's on a call's stream is answered by a POST in the session", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("curious", ask("ping"), say("done")));

  expect(textOf(await client.callTool("curious"))).toBe("done");

  const answer = server.received.find(({ message }) => message !== undefined && message.method === undefined);
  expect(answer?.message).toMatchObject({ result: {} });
  expect(answer?.headers).toMatchObject({
    "mcp-session-id": expect.any(String),
    "mcp-protocol-version": "2025-11-25",
  });
});
