import { connect } from "caduceus";
import { progress, Script, say, scriptedStdio } from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Wire, wires } from "./rows.js";
import { over, sentFromNow, serve, textOf } from "./stage.js";

const LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] as const;
const tooled = (script: Script) => script.tool("work", progress(1, 2), progress(2, 2), say("done"));

/** A server of one revision, as it was with that revision. */
async function serverOf(wire: Wire, revision: string) {
  const script = tooled(new Script({ protocolVersion: revision }));
  if (wire === "stdio") return { entry: scriptedStdio(script), http: undefined };
  return await serve(wire, script, { sessions: true, transport: revision === "2024-11-05" ? "sse" : "streamable" });
}

describe.each(wires)("over %s", (wire) => {
  test.each(LEGACY)("M30 a server of %s is spoken with in its own revision", async (revision) => {
    const sent = sentFromNow();
    const { entry, http } = await serverOf(wire, revision);
    const client = await connect(entry);
    onTestFinished(() => client.close());
    const seen: number[] = [];

    const result = await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });

    expect([textOf(result), seen]).toEqual(["done", [1, 2]]);
    expect(client.server).toMatchObject({ era: "legacy", protocolVersion: revision });
    expect(sent.at(-1)?.params?._meta).toEqual({ progressToken: expect.any(String) });
    const header = http?.messages("tools/call")[0]?.headers["mcp-protocol-version"];
    expect(header).toBe(http === undefined || revision < "2025-06-18" ? undefined : revision);
  });

  test.each(LEGACY)("M30 %s is what is offered, and all that is taken, when it is asked for", async (revision) => {
    const sent = sentFromNow();
    const { entry } = await serverOf(wire, revision);
    const client = await connect(entry, { protocol: revision });
    onTestFinished(() => client.close());

    expect(sent[0]).toMatchObject({ method: "initialize", params: { protocolVersion: revision } });
    const { entry: other } = await serverOf(wire, revision === "2025-11-25" ? "2025-06-18" : "2025-11-25");
    await expect(connect(other, { protocol: revision })).rejects.toMatchObject({
      name: expect.stringMatching(/Error$/),
    });
  });

  test.each(["auto", "modern", "2026-07-28"] as const)(
    "M30 a server of 2026-07-28 is spoken with without a handshake (%s)",
    async (protocol) => {
      const { client, sent, http } = await over(wire, tooled(new Script({ era: "modern" })), { protocol });
      const seen: number[] = [];

      const result = await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });

      expect([textOf(result), seen]).toEqual(["done", [1, 2]]);
      expect(client.server).toMatchObject({ era: "modern", protocolVersion: "2026-07-28" });
      expect(sent.map(({ method }) => method)).toEqual(["server/discover", "tools/call"]);
      expect(sent.at(-1)?.params?._meta).toMatchObject({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "caduceus" },
        "io.modelcontextprotocol/clientCapabilities": {},
      });
      if (http === undefined) return;
      expect(http.messages("tools/call")[0]?.headers).toMatchObject({
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "work",
      });
      expect(new Set(http.received.map(({ method }) => method))).toEqual(new Set(["POST"]));
    },
  );
});
