import { die, progress, Script, say } from "caduceus/testing";
import { test } from "caduceus/testing/vitest";
import { vi } from "vitest";
import { answer } from "./agent.js";

const search = [progress(1, 2), progress(2, 2), say("It was 1832.")];

test("my agent survives a tool server that dies half way", async ({ client, server, drive, expect }) => {
  server.play(new Script().once("tools/call", progress(1, 2), die()).tool("search", ...search));
  const display = { percent: vi.fn() };

  expect(await drive(answer("When?", client, display))).toBe("It was 1832.");
  expect(display.percent.mock.calls).toEqual([[50], [100]]);
  expect(server.incarnations).toBe(2);
});

test("my agent does without a tool server that always dies", async ({ client, server, drive, expect }) => {
  server.play(new Script().tool("search", progress(1, 2), die({ code: 1 })));

  const text = await drive(answer("When?", client, { percent: vi.fn() }));

  expect(text).toBe("Without the archive: I do not know. (CONNECTION_LOST)");
});
