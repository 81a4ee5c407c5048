import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, connect } from "caduceus";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-memory/dist/index.js"));
let folder: string;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "caduceus-"));
  const env = { MEMORY_FILE_PATH: join(folder, "memory.jsonl") };
  client = await connect({ command: process.execPath, args: [program], env });
});
afterAll(async () => {
  await client.close();
  await rm(folder, { recursive: true });
});

test("server-memory starts, lists its tools, and remembers", async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["create_entities", "read_graph"]));

  const entity = { name: "Hermes", entityType: "messenger", observations: ["carries a caduceus"] };
  await client.callTool("create_entities", { entities: [entity] });

  const graph = await client.callTool("read_graph");
  expect(graph.structuredContent).toMatchObject({ entities: [entity] });
});
