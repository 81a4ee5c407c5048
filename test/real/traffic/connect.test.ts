import { type ConnectOptions, connect } from "caduceus";
import { Script, type ScriptedHttpOptions, scriptedHttp, scriptedMemory, scriptedStdio } from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { wires } from "../rows/rows.js";
import { over, sentFromNow } from "../rows/stage.js";

const INITIALIZE = ["initialize", "notifications/initialized"];
/** What a connect sends, by what the server is and what the client is told to speak; no request more than needed. */
const openings = [
  ["legacy", "legacy", INITIALIZE],
  ["legacy", "2025-06-18", INITIALIZE],
  ["legacy", "auto", ["server/discover", ...INITIALIZE]],
  ["modern", "modern", ["server/discover"]],
  ["modern", "auto", ["server/discover"]],
  ["dual", "auto", ["server/discover"]],
  ["dual", "legacy", INITIALIZE],
] as const;

describe.each(wires)("over %s", (wire) => {
  test.each(openings)(
    "a connect to a %s server with protocol %s sends what it needs, and close nothing",
    async (era, protocol, expected) => {
      const { client, sent, http, restart } = await over(wire, new Script({ era }), { protocol });

      expect(sent.map(({ method }) => method)).toEqual(expected);
      // Of a modern server over HTTP nothing is open between two requests: there is nothing that would have to be restored.
      if (http !== undefined && client.server?.era === "modern") return;
      await http?.until(() => http.streams.open === 1);
      await restart();
      // What the server is is remembered: a legacy one is not asked again.
      const again = client.server?.era === "legacy" ? INITIALIZE : expected;
      expect(sent.map(({ method }) => method)).toEqual([...expected, ...again]);
      await client.close();

      expect(sent).toHaveLength(expected.length + again.length);
    },
  );
});

test.each(openings)(
  "in memory a connect to a %s server with protocol %s sends the same",
  async (era, protocol, expected) => {
    const sent = sentFromNow();
    const client = await connect(scriptedMemory(new Script({ era })).transport, { protocol });

    await client.close();

    expect(sent.map(({ method }) => method)).toEqual(expected);
  },
);

/** What comes to a server over HTTP from a connect and its close, in all. */
async function legs(options: ScriptedHttpOptions, script: Script, more: ConnectOptions, type?: "sse") {
  const server = await scriptedHttp(script, options);
  onTestFinished(() => server.close());
  const client = await connect({ ...server.entry, type }, more);
  if (options.stream !== false && options.transport !== "sse") await server.until(() => server.streams.begun === 1);
  await client.close();
  await server.until(() => server.sockets.open === 0);
  return server.received.map(({ method, message }) => message?.method ?? method).sort();
}

describe("over HTTP", () => {
  test("a connect is its messages, one stream and one end of the session", async () => {
    expect(await legs({}, new Script(), { protocol: "legacy" })).toEqual(["DELETE", "GET", ...INITIALIZE].sort());
  });

  test("a server without sessions is told of no end", async () => {
    expect(await legs({ sessions: false }, new Script(), { protocol: "legacy" })).toEqual(
      ["GET", ...INITIALIZE].sort(),
    );
  });

  test("with 2026-07-28 it is one request", async () => {
    const modern = new Script({ era: "modern" });

    expect(await legs({ sessions: false, stream: false }, modern, {})).toEqual(["server/discover"]);
  });

  test("to a server of 2024-11-05 it is one stream and its messages", async () => {
    const older = new Script({ protocolVersion: "2024-11-05" });

    expect(await legs({ transport: "sse" }, older, { protocol: "legacy" }, "sse")).toEqual(
      ["GET", ...INITIALIZE].sort(),
    );
  });
});

test("a lazy client connects once, however many calls wait for it", async () => {
  const sent = sentFromNow();
  await using client = await connect(scriptedStdio(new Script()), { lazy: true, protocol: "legacy" });

  await Promise.all([client.ping(), client.ping(), client.ready()]);

  expect(sent.map(({ method }) => method)).toEqual([...INITIALIZE, "ping", "ping"]);
});
