import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, test } from "vitest";
import { createOperation } from "../../../src/index.js";
import { answer, Script, say } from "../../../src/testing/index.js";
import { connectInMemory } from "../../support/memory.js";
import { violationOf } from "../../support/wire-schemas.js";
import { RAW_CHANNEL } from "../../support/wire-source.mjs";
import { takeViolations, toleratesViolations, watchWire } from "../../support/wire-violations.js";

const legacy = (method: string, params?: unknown) => JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

describe("the tap on the wire", () => {
  test("accepts what the specification's schemas accept", () => {
    expect(violationOf(legacy("ping"))).toBeUndefined();
    expect(
      violationOf(legacy("tools/call", { name: "x", arguments: {}, _meta: { progressToken: 1 } })),
    ).toBeUndefined();
    expect(violationOf(legacy("tools/call", { name: "x", _meta: meta }))).toBeUndefined();
    expect(violationOf(legacy("of/our/own", { any: 1 }))).toBeUndefined();
    expect(violationOf('{"jsonrpc":"2.0","id":"a","result":{}}')).toBeUndefined();
  });

  test.each([
    ["a tool without a name", legacy("tools/call", { arguments: {} })],
    ["a token that is none", legacy("ping", { _meta: { progressToken: {} } })],
    ["arguments that are no object", legacy("tools/call", { name: "x", arguments: [1] })],
    [
      "a modern request without the client's capabilities",
      legacy("tools/list", { _meta: { ...meta, "io.modelcontextprotocol/clientCapabilities": undefined } }),
    ],
    ["a message without a version", '{"id":1,"method":"ping"}'],
    ["an id that is null", '{"jsonrpc":"2.0","id":null,"method":"of/our/own"}'],
    ["an error without a code", '{"jsonrpc":"2.0","id":1,"error":{"message":"no"}}'],
  ])("refuses %s", (_what, text) => {
    expect(violationOf(text)).toContain("of 202");
  });

  test("judges a notification by the revision its headers name", () => {
    const text = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}';

    expect(violationOf(text, "2026-07-28")).toContain("Notification of 2026-07-28");
    expect(violationOf(text)).toBeUndefined();
  });

  test("sees what a client sends", async () => {
    const { client, drive } = await connectInMemory(new Script().on("resources/read", answer({ contents: [] })));

    await drive(client.request(createOperation({ method: "resources/read", params: { uri: 7 } }) as never));

    expect(takeViolations()).toEqual([expect.stringContaining("ReadResourceRequest of 2025-11-25")]);
  });

  test("lets a test through that says it sends what the specification does not allow", () => {
    toleratesViolations();

    watchWire({ text: legacy("tools/call", {}) });

    expect(violationOf(legacy("tools/call", {}))).toBeDefined();
  });

  test("M28 headers, which may be the caller's secrets, are not published", async () => {
    const seen: unknown[] = [];
    const listen = (message: unknown) => void seen.push(message);
    subscribe("caduceus:transport.send", listen);
    const { client, drive } = await connectInMemory(new Script().tool("work", say("done")));

    await drive(client.callTool("work", {}, { headers: { authorization: "Bearer canary" } }));

    unsubscribe("caduceus:transport.send", listen);
    expect(seen.at(-1)).toMatchObject({ kind: "request", method: "tools/call", id: 2, incarnation: 1 });
    expect(JSON.stringify(seen)).not.toContain("canary");
  });

  test("is listening in every test", () => {
    expect(channel(RAW_CHANNEL).hasSubscribers).toBe(true);
  });
});
