import { afterEach, expect, test, vi } from "vitest";
import { Script, say, wait } from "../../../../src/testing/index.js";
import { fakeClocks, pass } from "../../../support/clocks.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const MINUTE = 60_000;

afterEach(() => void vi.useRealTimers());

// Alone in its file: the pool of sockets has a clock of its own, which keeps to the timers it has found first.
test("FAULTS a call longer than 5 minutes: one without a word from the server lives as long as its own limits say", async () => {
  fakeClocks();
  const script = new Script().tool("long", wait(12 * MINUTE), say("done")).tool("hello", say("hello"));
  const { client, server } = await connectOverHttp(script);
  const call = client.callTool("long", {}, { timeout: 20 * MINUTE });
  const late = client.callTool("long", {}, { timeout: 7 * MINUTE }).catch((error: unknown) => error);
  await server.until(() => server.messages("tools/call").length === 2);

  await pass(12 * MINUTE + 1_000, 15_000);

  expect(textOf(await call)).toBe("done");
  expect(await late).toMatchObject({ code: "TIMEOUT", after: 7 * MINUTE });
  expect(server.messages("tools/call")).toHaveLength(2);
  expect(textOf(await client.callTool("hello"))).toBe("hello");
});
