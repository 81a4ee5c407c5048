import { fileURLToPath } from "node:url";
import { type Client, connect, createOperation, generateProgressToken } from "caduceus";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));
let client: Client;

beforeAll(async () => {
  client = await connect({ command: process.execPath, args: [program, "stdio"] });
});
afterAll(() => client.close());

test("a real server says what it is", () => {
  expect(client.server).toMatchObject({ protocolVersion: "2025-11-25", era: "legacy" });
  expect(client.server?.name).toContain("everything");
  expect(client.server?.capabilities.tools).toBeDefined();
});

test("a real server lists its tools, answers one, and answers ping", async () => {
  const { tools } = await client.listTools();

  expect(tools.map((tool) => tool.name)).toContain("echo");
  expect(await client.callTool("echo", { message: "hello" })).toMatchObject({ content: [{ text: "Echo: hello" }] });
  expect(await client.ping()).toEqual({});
});

test("a real server's resource is read", async () => {
  const uri = "demo://resource/dynamic/text/1";

  const { contents } = await client.readResource(uri);

  expect(contents).toMatchObject([{ uri, mimeType: "text/plain" }]);
});

test("a real server's long-running operation shows its progress to callback, listener and loop", async () => {
  const token = generateProgressToken();
  const seen: number[] = [];
  const heard: number[] = [];
  const stop = client.onProgress(token, (update) => void heard.push(update.progress));

  const call = client.request(
    createOperation({
      method: "tools/call",
      params: { name: "trigger-long-running-operation", arguments: { duration: 0.3, steps: 3 } },
      progress: { token, callback: (update) => void seen.push(update.progress) },
    }),
  );
  const looped: number[] = [];
  for await (const update of call.progress) {
    expect(update).toMatchObject({ token, total: 3, attempt: 1 });
    looped.push(update.progress);
  }
  await call;
  stop();

  expect({ seen, heard, looped }).toEqual({ seen: [1, 2, 3], heard: [1, 2, 3], looped: [1, 2, 3] });
});

test("a tool's own error resolves, with isError", async () => {
  expect(await client.callTool("echo", {})).toMatchObject({ isError: true });
});
