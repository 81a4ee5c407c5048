import { expect, test } from "vitest";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const script = new Script().tool("hello", say("hello"));

test.each([429, 503])(
  "FAULTS 429 with `Retry-After` · 503 with `Retry-After`: after %i the call is repeated after it",
  async (status) => {
    const { client, server } = await connectOverHttp(script);
    server.refuse("tools/call", { status, headers: { "retry-after": "0.3" } });
    const begun = performance.now();

    expect(textOf(await client.callTool("hello"))).toBe("hello");

    expect(performance.now() - begun).toBeGreaterThan(290);
    expect(server.messages("tools/call")).toHaveLength(2);
  },
);

test("FAULTS 429 with `Retry-After`: beyond the call's own limit it rejects at once, and says how long it was", async () => {
  const { client, server } = await connectOverHttp(script);
  server.refuse("tools/call", { status: 429, headers: { "retry-after": "60" } });

  await expect(client.callTool("hello", {}, { timeout: 5_000 })).rejects.toMatchObject({
    code: "HTTP",
    status: 429,
    outcome: "rejected",
    retryAfter: 60_000,
  });
});
