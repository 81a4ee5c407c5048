import { fileURLToPath } from "node:url";
import { type Client, connect } from "caduceus";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));
let client: Client;

beforeAll(async () => {
  client = await connect({ command: process.execPath, args: [program, "stdio"] });
  await client.listTools();
});
afterAll(() => client.close());

test("server-everything's research, which it does only as a task, is one call with one result", async () => {
  const seen: string[] = [];
  const stop = client.on("taskStatus", ({ status, statusMessage }) => void seen.push(`${status} ${statusMessage}`));

  const result = await client.callTool("simulate-research-query", { topic: "snakes" }, { timeout: 3_000 });
  stop();

  expect(result.content[0]).toMatchObject({ type: "text", text: expect.stringContaining("Research Report: snakes") });
  expect(seen.at(-1)).toMatch(/^completed/);
  expect(seen.length).toBeGreaterThan(2);
  expect(client.stats.responses).toEqual({ unknown: 0, duplicate: 0 });
});

test("a cancel ends it there, and the server goes on", async () => {
  const created = new Promise<void>((resolve) => {
    const stop = client.on("taskStatus", () => {
      stop();
      resolve();
    });
  });

  const call = client.callTool("simulate-research-query", { topic: "snakes" });
  await created;
  call.cancel("enough");

  await expect(call).rejects.toMatchObject({ code: "CANCELLED", reason: "enough", outcome: "unknown" });
  expect(await client.ping()).toEqual({});
});
