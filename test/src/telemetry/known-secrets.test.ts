import { expect, test } from "vitest";
import { reporterOf } from "../../../src/client/reporting.js";
import { prepare } from "../../../src/client/start.js";
import type { Server } from "../../../src/index.js";
import { testStage } from "../../support/memory.js";
import { hearTelemetry } from "../../support/telemetry.js";

/** What a client of this server shows when its server says this. */
function shown(server: Server, said: string): string | undefined {
  const heard = hearTelemetry(["caduceus:notification"]);
  const reporter = reporterOf(prepare(server, { telemetry: { payloads: true } }), testStage().runtime);
  reporter.received(1, { jsonrpc: "2.0", method: "m", params: { said } }, undefined);
  return heard.of("caduceus:notification")[0]?.payload;
}

const http = (rest: object): Server => ({ url: "https://host.example/mcp", ...rest });

test.each<[string, Server, string]>([
  ["the environment", { command: "x", env: { ANY: "canary" } }, "canary"],
  ["an argument called secret", { command: "x", args: ["--api-key=canary"] }, "canary"],
  ["the argument after one called secret", { command: "x", args: ["--token", "canary"] }, "canary"],
  ["a header", http({ headers: { "x-any": "canary" } }), "canary"],
  ["the token in a header", http({ headers: { authorization: "Bearer canary" } }), "canary"],
  ["a URL's query", http({ url: "https://host.example/mcp?any=canary" }), "canary"],
  ["a URL's password", http({ url: "https://user:canary@host.example/mcp" }), "canary"],
  ["a URL's encoded password", http({ url: "https://user:can%61ry@host.example/mcp" }), "canary"],
  ["a URL's user", http({ url: "https://canary:x@host.example/mcp" }), "canary"],
  ["what is made of them", http({ url: "https://user:pass@host.example/mcp" }), "dXNlcjpwYXNz"],
])("M28 the values of %s are shown by no payload, wherever they stand", (_where, server, value) => {
  expect(shown(server, `it is ${value}!`)).toBe('{"said":"it is [redacted]!"}');
});

test("other arguments are shown: they are paths above all", () => {
  expect(shown({ command: "x", args: ["/home/ada"] }, "/home/ada/a.txt")).toBe('{"said":"/home/ada/a.txt"}');
});
