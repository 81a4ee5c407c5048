import { fileURLToPath } from "node:url";
import { type Client, connect } from "caduceus";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = fileURLToPath(import.meta.resolve("@upstash/context7-mcp/dist/index.js"));
let client: Client;

beforeAll(async () => {
  client = await connect({ command: process.execPath, args: [program] });
});
afterAll(() => client?.close());

test("M30 context7 is found to be of the modern era, lists its tools, and answers", async () => {
  expect(client.server).toMatchObject({ era: "modern", protocolVersion: "2026-07-28" });
  expect(client.server?.instructions).toContain("documentation");

  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain("resolve-library-id");
  await client.ping();
});

test("context7 answers a call whose arguments are wrong", async () => {
  const refused = client.callTool("resolve-library-id", {});

  await expect(
    refused.then(
      (result) => result.isError ?? false,
      (error) => error.code,
    ),
  ).resolves.toBeTruthy();
});
