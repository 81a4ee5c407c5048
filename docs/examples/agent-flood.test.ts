import { flood, Script, say } from "caduceus/testing";
import { test } from "caduceus/testing/vitest";
import { vi } from "vitest";
import { answer } from "./agent.js";

test("my agent survives progress that floods", async ({ client, server, drive, expect }) => {
  server.play(new Script().tool("search", flood(20_000), say("It was 1832.")));
  const display = { percent: vi.fn() };

  expect(await drive(answer("When?", client, display))).toBe("It was 1832.");
  expect(display.percent.mock.calls.length).toBeLessThanOrEqual(100);
  expect(display.percent).toHaveBeenLastCalledWith(100);
});

test("my agent has its answer even if its display hangs", async ({ client, server, clock, drive, expect }) => {
  server.play(new Script().tool("search", flood(20_000), say("It was 1832.")));
  const display = { percent: () => new Promise(() => undefined) };

  expect(await drive(answer("When?", client, display))).toBe("It was 1832.");
  expect(clock.now()).toBe(5_000); // `progressDrain`
  expect(client.stats.progress.overflow).toBeGreaterThan(0);
});
