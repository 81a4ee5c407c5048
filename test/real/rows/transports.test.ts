import { StreamableHTTPClientTransport as NewerTransport } from "@modelcontextprotocol/client";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { connect, type HttpServer, type Transport } from "caduceus";
import { progress, Script, say, scriptedHttp, scriptedStdio } from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { children, isThere } from "../../support/children.js";
import { type Wire, wires } from "./rows.js";
import { sentFromNow, textOf } from "./stage.js";

const script = new Script().tool("work", progress(1, 2), progress(2, 2), say("done"));

/** How the official SDK reaches a scripted server. */
async function transportOf(wire: Wire): Promise<() => Transport> {
  if (wire === "stdio") {
    const { command, args = [] } = scriptedStdio(script);
    return () => new StdioClientTransport({ command, args: [...args] });
  }
  const server = await scriptedHttp(script);
  onTestFinished(() => server.close());
  return () => new StreamableHTTPClientTransport(new URL((server.entry as HttpServer).url)) as Transport;
}

describe.each(wires)("over %s", (wire) => {
  test("M25 the official SDK's transport carries a client, and ends with it", async () => {
    const transport = await transportOf(wire);
    const before = children.length;
    const client = await connect(transport);
    onTestFinished(() => client.close());
    const seen: number[] = [];

    const result = await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });
    await client.close();

    expect([textOf(result), seen]).toEqual(["done", [1, 2]]);
    expect(children.slice(before).filter(({ pid }) => isThere(Number(pid)))).toEqual([]);
  });
});

describe("over http", () => {
  test.each([
    ["version 1", (url: URL) => new StreamableHTTPClientTransport(url) as Transport],
    ["version 2", (url: URL) => new NewerTransport(url) as Transport],
  ])("M25 a session that %s of the SDK's transport has lost is begun anew by the next one", async (_, make) => {
    const server = await scriptedHttp(script);
    onTestFinished(() => server.close());
    const url = new URL((server.entry as HttpServer).url);
    const client = await connect(() => make(url), { backoff: { initial: 20 } });
    onTestFinished(() => client.close());

    server.forget();

    expect(textOf(await client.callTool("work"))).toBe("done");
    expect(server.sessions.begun).toBe(2);
    expect(client.stats.restarts.incarnations).toBe(2);
  });

  const older = new Script({ ...script.data, protocolVersion: "2024-11-05" });
  const ways: [string, (url: string) => HttpServer | (() => Transport)][] = [
    ["a url alone", (url) => ({ url })],
    ["type sse", (url) => ({ url, type: "sse" })],
    ["the official SDK's transport", (url) => () => new SSEClientTransport(new URL(url)) as Transport],
  ];

  test.each(ways)("M25 a server of 2024-11-05 works, by %s", async (_, way) => {
    const server = await scriptedHttp(older, { transport: "sse" });
    onTestFinished(() => server.close());
    const sent = sentFromNow();
    const client = await connect(way((server.entry as HttpServer).url));
    onTestFinished(() => client.close());
    const seen: number[] = [];

    const result = await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });

    expect([textOf(result), seen, client.server?.protocolVersion]).toEqual(["done", [1, 2], "2024-11-05"]);
    expect(sent.at(-1)?.method).toBe("tools/call");
    await client.close();
    await server.until(() => server.sockets.open === 0);
  });
});
