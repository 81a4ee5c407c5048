import { afterEach, expect, test, vi } from "vitest";
import { Script, say, wait } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const MINUTE = 60_000;

afterEach(() => void vi.useRealTimers());

/**
 * Real sockets, and clocks that can be set forward: the client's, the server's, and those of the pool between them, whose
 * own limits are 300 s. They go by themselves, too.
 */
function fakeClocks(): void {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"],
    shouldAdvanceTime: true,
  });
}

/** A quarter of a minute at a time, as the sockets' traffic has to keep pace. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 15_000) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 15_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test.each(["json", "sse"] as const)(
  "FAULTS a call longer than 5 minutes: with an answer as %s it lives as long as its own limits say",
  async (answers) => {
    fakeClocks();
    const script = new Script().tool("long", wait(12 * MINUTE), say("done")).tool("hello", say("hello"));
    const { client, server } = await connectOverHttp(script, { answers });
    const call = client.callTool("long", {}, { timeout: 20 * MINUTE });
    await server.until(() => server.messages("tools/call").length === 1);

    await pass(12 * MINUTE + 1_000);

    expect(textOf(await call)).toBe("done");
    expect(server.messages("tools/call")).toHaveLength(1);
    expect(textOf(await client.callTool("hello"))).toBe("hello");
  },
);

test("FAULTS a call longer than 5 minutes: its own limit is what ends it", async () => {
  fakeClocks();
  const { client, server } = await connectOverHttp(new Script().tool("long", wait(60 * MINUTE), say("done")));
  const call = client.callTool("long", {}, { timeout: 7 * MINUTE }).catch((error: unknown) => error);
  await server.until(() => server.messages("tools/call").length === 1);

  await pass(7 * MINUTE + 1_000);

  expect(await call).toMatchObject({ code: "TIMEOUT", after: 7 * MINUTE });
});
