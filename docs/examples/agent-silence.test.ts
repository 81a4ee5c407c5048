import { Script, say, stall } from "caduceus/testing";
import { test } from "caduceus/testing/vitest";
import { answer } from "./agent.js";

const display = { percent: () => undefined };

test("my agent survives a server that never answers", async ({ client, server, clock, drive, expect }) => {
  server.play(new Script().once("tools/call", stall()).tool("search", say("It was 1832.")));

  const text = await drive(answer("When?", client, display));

  expect(text).toBe("Without the archive: I do not know. (TIMEOUT)");
  expect(clock.now()).toBe(60_000);
  expect(server.received.map(({ method }) => method)).toContain("notifications/cancelled");
  expect(await drive(answer("And now?", client, display))).toBe("It was 1832.");
});
