import type { ClientEvents, ConnectOptions, ErrorCode, HttpServer, OperationInit, StdioServer } from "caduceus";
import * as caduceus from "caduceus";
import { describe, expect, test } from "vitest";
import { checkOptions } from "../../src/client/check-options.js";
import { names, table } from "./pages.js";

const page = "docs/getting-started.md";

// Each of these is complete, or does not compile.
const options: Record<keyof ConnectOptions, true> = {
  name: true,
  clientInfo: true,
  protocol: true,
  startTimeout: true,
  lazy: true,
  signal: true,
  timeout: true,
  maxTimeout: true,
  retry: true,
  maxInFlight: true,
  maxPending: true,
  maxMessageSize: true,
  fetch: true,
  auth: true,
  progressBuffer: true,
  progressDrain: true,
  backoff: true,
  downAfter: true,
  heartbeat: true,
  trustAnnotations: true,
  restart: true,
  roots: true,
  onSampling: true,
  onElicitation: true,
  onLog: true,
  capabilities: true,
  extensions: true,
  handleSignals: true,
  telemetry: true,
  onCrash: true,
  runtime: true,
};
const requestOptions: Record<Exclude<keyof OperationInit, "method" | "params" | "result">, true> = {
  timeout: true,
  maxTimeout: true,
  progress: true,
  signal: true,
  priority: true,
  retry: true,
  meta: true,
  headers: true,
};
const serverKeys: Record<keyof StdioServer | keyof HttpServer, true> = {
  type: true,
  command: true,
  args: true,
  env: true,
  cwd: true,
  stderr: true,
  url: true,
  headers: true,
  allowInsecure: true,
};
const events: Record<keyof ClientEvents, true> = {
  state: true,
  ready: true,
  lost: true,
  down: true,
  closed: true,
  progress: true,
  dropped: true,
  warning: true,
  callbackError: true,
  stderr: true,
  log: true,
  toolsChanged: true,
  promptsChanged: true,
  resourcesChanged: true,
  resourceUpdated: true,
  taskStatus: true,
  elicitationComplete: true,
};
const codes: Record<ErrorCode, true> = {
  TIMEOUT: true,
  CANCELLED: true,
  CONNECTION_LOST: true,
  CONNECTION_CLOSED: true,
  OVERLOADED: true,
  PROTOCOL: true,
  INVALID_RESULT: true,
  INVALID_REQUEST: true,
  CAPABILITY: true,
  CONFIG: true,
  HTTP: true,
  UNAUTHORIZED: true,
  MESSAGE_TOO_LARGE: true,
};

describe("the table of connect's options", () => {
  const rows = table(page, "option", "default", "meaning");

  test("has every option, and no other", () => {
    const named = new Set(names(rows).map((name) => name.split(".")[0]));

    expect([...named].sort()).toEqual(Object.keys(options).sort());
  });

  test("has the defaults that the options are checked with", () => {
    const written = rows
      .filter(([, value]) => value !== "–")
      .map(([name = "", value = ""]) => [name.replaceAll("`", ""), JSON.parse(value.replaceAll(/[`_]/g, ""))]);

    expect(Object.fromEntries(written)).toEqual(flat(checkOptions({})));
  });
});

test("the table of a request's options has every one, and no other", () => {
  const rows = table(page, "option", "meaning");

  expect(names(rows.map(([name = ""]) => [name])).sort()).toEqual(Object.keys(requestOptions).sort());
});

test("the table of a server's keys has every one, and no other", () => {
  expect(names(table(page, "key", "meaning")).sort()).toEqual(Object.keys(serverKeys).sort());
});

test("the table of events has every event, and no other", () => {
  expect(names(table(page, "event", "handler gets", "when")).sort()).toEqual(Object.keys(events).sort());
});

test("the table of errors has every class and every code, and no other", () => {
  const rows = table(page, "class", "code", "when", "what to do");
  const classes = Object.entries(caduceus)
    .filter(([, value]) => typeof value === "function" && value.prototype instanceof caduceus.CaduceusError)
    .map(([name]) => name);

  expect(names(rows).sort()).toEqual(classes.sort());
  expect(names(rows.map(([, code = ""]) => [code])).sort()).toEqual(Object.keys(codes).sort());
});

/** `{ backoff: { max: 1 } }` as `{ "backoff.max": 1 }`. */
function flat(value: object, prefix = ""): Record<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "object" && inner !== null
      ? Object.entries(flat(inner, `${prefix}${key}.`))
      : [[`${prefix}${key}`, inner] as const],
  );
  return Object.fromEntries(entries);
}
