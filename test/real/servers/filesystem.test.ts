import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, connect } from "caduceus";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-filesystem/dist/index.js"));
let folder: string;
let client: Client;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "caduceus-")));
  await writeFile(join(folder, "greeting.txt"), "hello\n");
  client = await connect({ command: process.execPath, args: [program, folder] });
});
afterAll(async () => {
  await client.close();
  await rm(folder, { recursive: true });
});

test("server-filesystem starts, lists its tools, and reads and writes", async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["read_text_file", "write_file"]));

  const read = await client.callTool("read_text_file", { path: join(folder, "greeting.txt") });
  expect(read.content).toMatchObject([{ type: "text", text: "hello\n" }]);

  await client.callTool("write_file", { path: join(folder, "answer.txt"), content: "hi" });
  expect(await readFile(join(folder, "answer.txt"), "utf8")).toBe("hi");
});

test("server-filesystem refuses what is outside of its folder, as a result with isError", async () => {
  expect(await client.callTool("read_text_file", { path: "/etc/hostname" })).toMatchObject({ isError: true });
});
