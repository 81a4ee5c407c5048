import { afterEach, expect, test, vi } from "vitest";
import { Script, say, wait } from "../../../../src/testing/index.js";
import { fakeClocks, pass } from "../../../support/clocks.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const MINUTE = 60_000;

afterEach(() => void vi.useRealTimers());

// Alone in its file: the pool of sockets has a clock of its own, which keeps to the timers it has found first.
test("FAULTS a call longer than 5 minutes: one whose event stream is silent lives as long as its own limits say", async () => {
  fakeClocks();
  const script = new Script().tool("long", wait(12 * MINUTE), say("done"));
  const { client, server } = await connectOverHttp(script, { answers: "sse" });
  const call = client.callTool("long", {}, { timeout: 20 * MINUTE });
  await server.until(() => server.messages("tools/call").length === 1);

  await pass(12 * MINUTE + 1_000, 15_000);

  expect(textOf(await call)).toBe("done");
  expect(server.messages("tools/call")).toHaveLength(1);
});
