import { expect, test } from "vitest";
import { progress, Script, stall } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";

test.each(["json", "sse"] as const)(
  "M11 a call cancelled at 150 ms rejects at once, its stream (%s) is closed, and the server is told",
  { retry: 2 },
  async (answers) => {
    const { client, server } = await connectOverHttp(new Script().tool("never", stall()), { answers, stream: false });
    await server.until(() => server.underWay === 0);
    const call = client.callTool("never");
    await server.until(() => server.underWay === 1);
    const sent = performance.now();
    await expect.poll(() => performance.now() - sent, { interval: 10 }).toBeGreaterThan(150);
    const begun = performance.now();

    call.cancel("enough");
    await expect(call).rejects.toMatchObject({ code: "CANCELLED", reason: "enough" });

    expect(performance.now() - begun).toBeLessThan(100);
    await server.until(() => server.messages("notifications/cancelled").length === 1 && server.underWay === 0);
    expect(server.messages("notifications/cancelled")[0]?.message?.params).toMatchObject({ reason: "enough" });
  },
);

test("a call that times out closes its stream", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("never", progress(1), stall()), { stream: false });

  await expect(client.callTool("never", {}, { timeout: 100 })).rejects.toMatchObject({ code: "TIMEOUT" });

  await server.until(() => server.underWay === 0);
});
