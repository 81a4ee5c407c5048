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
