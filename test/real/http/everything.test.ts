import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type Client, connect } from "caduceus";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Starts the server, and resolves when it says that it listens. */
async function start(manner: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, manner], { env: { ...process.env, PORT: `${port}` } });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (/listening|running on port/i.test(said)) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", () => reject(new Error(`Expected the server to start, but it said: ${said}`)));
  });
  return child;
}

describe.each([
  { manner: "streamableHttp", path: "/mcp", type: "http" },
  { manner: "sse", path: "/sse", type: "sse" },
  { manner: "sse", path: "/sse", type: undefined },
] as const)("server-everything $manner, with type $type,", ({ manner, path, type }) => {
  let child: ChildProcess;
  let client: Client;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    child = await start(manner, port);
    client = await connect({ url: `http://127.0.0.1:${port}${path}`, type });
  });
  afterAll(async () => {
    await client.close();
    child.kill();
  });

  test("lists its tools, answers one, and answers ping", async () => {
    const { tools } = await client.listTools();

    expect(tools.map((tool) => tool.name)).toContain("echo");
    expect(await client.callTool("echo", { message: "hello" })).toMatchObject({ content: [{ text: "Echo: hello" }] });
    expect(await client.ping()).toEqual({});
  });

  test("shows the progress of a long-running operation", async () => {
    const seen: number[] = [];

    await client.callTool(
      "trigger-long-running-operation",
      { duration: 0.3, steps: 3 },
      { progress: (update) => void seen.push(update.progress) },
    );

    expect(seen).toEqual([1, 2, 3]);
  });

  test("that is killed and started again is used again", async () => {
    const lost = new Promise((resolve) => client.on("lost", resolve));
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    child = await start(manner, port);

    expect(await client.callTool("echo", { message: "again" }, { retry: true })).toMatchObject({
      content: [{ text: "Echo: again" }],
    });
    await lost;
  });
});
