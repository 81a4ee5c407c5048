import { expect, test } from "vitest";
import { die, progress, Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const script = new Script()
  .tool("index", progress(1, 2), progress(2, 2), say("done"))
  .annotatedTool("look", { readOnlyHint: true }, progress(1, 2), progress(2, 2), say("done"));

test("FAULTS response stream cut before the result, with event ids: M24 it is resumed, the call runs once, all progress arrives", async () => {
  const { client, server } = await connectOverHttp(script, { eventIds: true });
  server.cut("tools/call");
  const seen: number[] = [];

  const result = await client.callTool("index", {}, { progress: (update) => void seen.push(update.progress) });

  expect(textOf(result)).toBe("done");
  expect(seen).toEqual([1, 2]);
  expect(server.messages("tools/call")).toHaveLength(1);
});

test("FAULTS response stream cut before the result, without event ids: M24 it fails an unsafe call at once", {
  retry: 2,
}, async () => {
  const { client, server } = await connectOverHttp(script);
  server.cut("tools/call");
  const begun = performance.now();

  await expect(client.callTool("index")).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    outcome: "unknown",
    attempts: 1,
  });

  expect(performance.now() - begun).toBeLessThan(1_000);
  expect(client.state).toBe("ready");
});

test("FAULTS response stream cut before the result, without event ids: M24 it is repeated for a safe call", async () => {
  const { client, server } = await connectOverHttp(script);
  await client.listTools();
  server.cut("tools/call");

  expect(textOf(await client.callTool("look"))).toBe("done");
  expect(server.messages("tools/call")).toHaveLength(2);
});

test("FAULTS reset: before anything was answered, it fails an unsafe call at once", async () => {
  const { client } = await connectOverHttp(new Script().tool("crash", die()));

  await expect(client.callTool("crash")).rejects.toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown" });
  expect(await client.ping()).toEqual({});
});
