import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Runtime } from "../../../../actors/index.js";
import { connect } from "../../../../src/index.js";
import { Script, say } from "../../../../src/testing/index.js";
import { httpServer } from "../../../support/http.js";

test("FAULTS a canary secret in headers, URL userinfo and query: M28 it is in no error, event, tree or telemetry, nor is the session's id", async () => {
  const server = await httpServer(new Script().tool("hello", say("hello")));
  const url = `${server.entry.url.replace("://", "://canary-user:canary-password@")}?key=canary-query`;
  const seen: unknown[] = [];
  const published = (message: unknown) => void seen.push(message);
  subscribe("caduceus:transport.send", published);
  const runtime = new Runtime();
  const client = await connect(
    { url, headers: { "x-api-key": "canary-header" } },
    { runtime, backoff: { initial: 10 } },
  );
  for (const event of ["state", "ready", "lost", "down", "closed", "dropped", "warning", "stderr"] as const) {
    client.on(event, (value: unknown) => void seen.push(value));
  }
  const failing = [
    { status: 500 },
    { status: 200, body: "<html>" },
    { status: 401 },
    { status: 307, headers: { location: "https://other.invalid/?k=canary-location" } },
    { status: 404 },
  ];
  for (const refusal of failing) {
    server.refuse("tools/call", refusal);
    seen.push(await client.callTool("hello", {}, { retry: false }).catch((error: unknown) => error));
  }
  seen.push(runtime.tree());
  await server.down();
  seen.push(await client.callTool("hello", {}, { retry: false, timeout: 300 }).catch((error: unknown) => error));
  await client.close();
  await runtime.stop();
  unsubscribe("caduceus:transport.send", published);

  const [first] = server.received;
  const basic = `Basic ${Buffer.from("canary-user:canary-password").toString("base64")}`;
  expect(first?.headers).toMatchObject({ "x-api-key": "canary-header", authorization: basic });
  expect(first?.path).toBe("/mcp?key=canary-query");
  const session = server.messages("tools/call")[0]?.headers["mcp-session-id"];
  const shown = inspect(seen, { depth: 20, showHidden: true });
  expect(seen.length).toBeGreaterThan(7);
  expect(shown).not.toContain("canary");
  expect(shown).not.toContain(basic.slice(6));
  expect(shown).not.toContain(session);
});
