import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { describe, expect, test } from "vitest";
import { connect, memoryTransport, type SdkTransport } from "../../../src/index.js";
import { errorOf, testStage } from "../../support/memory.js";

function makeServer(): McpServer {
  const server = new McpServer({ name: "official", version: "1.0.0" });
  server.registerTool("count", {}, async ({ _meta, sendNotification }) => {
    for (const progress of [1, 2, 3]) {
      const progressToken = _meta?.progressToken ?? "none";
      await sendNotification({ method: "notifications/progress", params: { progressToken, progress } });
    }
    return { content: [{ type: "text", text: "counted" }] };
  });
  return server;
}

/** A transport that does as it is told, and notes what it is asked. */
class Puppet implements SdkTransport {
  readonly asked: string[] = [];
  onmessage: ((message: unknown) => void) | undefined = undefined;
  onclose: (() => void) | undefined = undefined;
  onerror: ((error: Error) => void) | undefined = undefined;
  /** Why `send` rejects, for a method. */
  readonly refused = new Map<string, Error>();

  async start(): Promise<void> {
    this.asked.push("start");
  }

  async send(message: { readonly id?: number; readonly method?: string }): Promise<void> {
    const { id, method = "" } = message;
    this.asked.push(method);
    const error = this.refused.get(method);
    if (error !== undefined) throw error;
    const serverInfo = { name: "puppet", version: "1" };
    const initialized = { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo };
    if (method === "initialize") this.onmessage?.({ jsonrpc: "2.0", id, result: initialized });
    if (method === "ping") this.onmessage?.({ jsonrpc: "2.0", id, result: {} });
  }

  async close(): Promise<void> {
    this.asked.push("close");
    this.onclose?.();
  }

  setProtocolVersion(version: string): void {
    this.asked.push(version);
  }
}

describe("M25 an official SDK transport", () => {
  test("one end of the SDK's linked pair reaches the SDK's server, progress included", async () => {
    const { runtime, drive } = testStage();
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await makeServer().connect(theirs);
    const client = await drive(connect(ours, { runtime, protocol: "legacy" }));
    const seen: number[] = [];

    const result = await drive(client.callTool("count", {}, { progress: ({ progress }) => void seen.push(progress) }));

    expect(client.server?.name).toBe("official");
    expect(result).toMatchObject({ content: [{ text: "counted" }] });
    expect(seen).toEqual([1, 2, 3]);
  });

  test("the SDK's server takes the end that memoryTransport gives it", async () => {
    const { runtime, drive } = testStage();
    const servers: McpServer[] = [];
    const client = await drive(
      connect(
        () =>
          memoryTransport(async (end) => {
            servers.push(makeServer());
            await servers.at(-1)?.connect(end);
          }),
        { runtime },
      ),
    );

    await servers[0]?.close();

    expect(await drive(client.callTool("count"))).toMatchObject({ content: [{ text: "counted" }] });
    expect(servers).toHaveLength(2);
  });

  test("is started, told the revision before anything else is sent, and closed once", async () => {
    const { runtime, drive } = testStage();
    const puppet = new Puppet();
    const client = await drive(connect(puppet, { runtime, protocol: "legacy" }));

    await drive(client.ping());
    await drive(client.close());

    expect(puppet.asked).toEqual(["start", "initialize", "2025-06-18", "notifications/initialized", "ping", "close"]);
  });

  test("a request whose `send` rejects fails alone: nobody knows whether it arrived", async () => {
    const { runtime, drive } = testStage();
    const puppet = new Puppet();
    const client = await drive(connect(puppet, { runtime, protocol: "legacy" }));
    const cause = new Error("the wire is hot");
    puppet.refused.set("tools/call", cause);

    const error = await drive(errorOf(client.callTool("x")));

    expect(error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown", attempts: 1, cause });
    expect(client.state).toBe("ready");
    expect(await drive(client.ping())).toEqual({});
  });

  test("a safe request whose `send` rejects is sent again", async () => {
    const { runtime, drive } = testStage();
    const puppet = new Puppet();
    const client = await drive(connect(puppet, { runtime, protocol: "legacy" }));
    puppet.refused.set("ping", new Error("busy"));

    expect(await drive(errorOf(client.ping()))).toMatchObject({ attempts: 3 });
    expect(puppet.asked.filter((asked) => asked === "ping")).toHaveLength(3);
  });

  test("what it reports is a warning, and no end", async () => {
    const { runtime, drive, clock } = testStage();
    const puppet = new Puppet();
    const client = await drive(connect(puppet, { runtime, protocol: "legacy" }));
    const warnings: unknown[] = [];
    client.on("warning", ({ cause }) => warnings.push(cause));
    const odd = new Error("odd");

    puppet.onerror?.(odd);
    await clock.settle();

    expect(warnings).toEqual([odd]);
    expect(client.state).toBe("ready");
  });

  test("a message that is not sent and is no request is a warning", async () => {
    const { runtime, drive, clock } = testStage();
    const puppet = new Puppet();
    const client = await drive(connect(puppet, { runtime, protocol: "legacy" }));
    const warnings: unknown[] = [];
    client.on("warning", ({ cause }) => warnings.push(cause));
    const cause = new Error("no room");
    puppet.refused.set("notifications/cancelled", cause);

    const call = client.callTool("x");
    await clock.settle();
    call.cancel();
    await drive(errorOf(call));
    await clock.settle();

    expect(warnings).toEqual([cause]);
  });

  test("a transport that hangs while closing holds the client up for five seconds, and no longer", async () => {
    const { runtime, drive, clock } = testStage();
    const puppet = new Puppet();
    puppet.close = () => new Promise<void>(() => undefined);
    const client = await drive(connect(puppet, { runtime, protocol: "legacy" }));
    const begin = clock.now();

    await drive(client.close());

    expect(clock.now() - begin).toBeLessThanOrEqual(15_000);
  });

  test("a transport that is none is a ConfigError", async () => {
    const { runtime, drive } = testStage();

    const error = await drive(errorOf(connect((() => ({ start() {} })) as never, { runtime })));

    expect((error as Error).cause).toMatchObject({ code: "CONFIG" });
  });
});
