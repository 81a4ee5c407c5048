import { describe, expect, test } from "vitest";
import { ConfigError, type ConnectOptions, connect, type Server } from "../../../src/index.js";
import { Script, scriptedMemory } from "../../../src/testing/index.js";
import { errorOf, testStage } from "../../support/memory.js";

const limits = ["startTimeout", "timeout", "maxTimeout", "downAfter"];
const bad: [string, object][] = [
  ...limits.flatMap((name): [string, object][] =>
    [0, -1, Number.NaN, Number.NEGATIVE_INFINITY, "5", null].map((value) => [`${name}: ${value}`, { [name]: value }]),
  ),
  ...["maxInFlight", "maxPending", "progressBuffer"].flatMap((name): [string, object][] =>
    [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5"].map((value) => [`${name}: ${value}`, { [name]: value }]),
  ),
  ["maxMessageSize: 1023", { maxMessageSize: 1_023 }],
  ["maxMessageSize: Infinity", { maxMessageSize: Number.POSITIVE_INFINITY }],
  ["progressDrain: -1", { progressDrain: -1 }],
  ["progressDrain: NaN", { progressDrain: Number.NaN }],
  ["backoff.factor: 0.5", { backoff: { factor: 0.5 } }],
  ["backoff.initial: -1", { backoff: { initial: -1 } }],
  ["backoff.max: 0", { backoff: { max: 0 } }],
  ["backoff.jitter: 2", { backoff: { jitter: 2 } }],
  ["backoff.resetAfter: 0", { backoff: { resetAfter: 0 } }],
  ["retry: -1", { retry: -1 }],
  ["retry: 1.5", { retry: 1.5 }],
  ["retry: yes", { retry: "yes" }],
  ["restart.max: -1", { restart: { max: -1 } }],
  ["restart.within: 0", { restart: { within: 0 } }],
  ["heartbeat: 0", { heartbeat: 0 }],
  ["heartbeat: -1", { heartbeat: -1 }],
  ["heartbeat: NaN", { heartbeat: Number.NaN }],
  ["heartbeat: true", { heartbeat: true }],
  ["heartbeat: without an interval", { heartbeat: { timeout: 5 } }],
  ["heartbeat.timeout: 0", { heartbeat: { interval: 5, timeout: 0 } }],
  ["protocol: 1999-01-01", { protocol: "1999-01-01" }],
  ["name: empty", { name: "" }],
  ["clientInfo.name: missing", { clientInfo: {} }],
  ["signal: {}", { signal: {} }],
  ["lazy: 1", { lazy: 1 }],
  ["handleSignals: 1", { handleSignals: 1 }],
  ["onCrash: 1", { onCrash: 1 }],
  ["telemetry: true", { telemetry: true }],
  ["telemetry.payloads: yes", { telemetry: { payloads: "yes" } }],
  ["telemetry.payloads: a kind that is none", { telemetry: { payloads: { answers: true } } }],
  ["telemetry.maxLength: 0", { telemetry: { maxLength: 0 } }],
  ["telemetry.maxLength: Infinity", { telemetry: { maxLength: Number.POSITIVE_INFINITY } }],
  ["runtime: 1", { runtime: 1 }],
  ["trustAnnotations: yes", { trustAnnotations: "yes" }],
];

const good: [string, ConnectOptions][] = [
  ["nothing", {}],
  [
    "undefined everywhere",
    { name: undefined, timeout: undefined, backoff: undefined, restart: undefined, signal: undefined },
  ],
  [
    "Infinity where it means never",
    {
      timeout: Number.POSITIVE_INFINITY,
      maxTimeout: Number.POSITIVE_INFINITY,
      downAfter: Number.POSITIVE_INFINITY,
      retry: Number.POSITIVE_INFINITY,
    },
  ],
  ["Infinity to start", { startTimeout: Number.POSITIVE_INFINITY }],
  ["a drain of 0, or for ever", { progressDrain: 0 }],
  ["a drain for ever", { progressDrain: Number.POSITIVE_INFINITY }],
  ["parts of the backoff", { backoff: { initial: 0, max: 5 } }],
  ["parts of the restart", { restart: { max: 0 } }],
  ["a heartbeat as a number", { heartbeat: 60_000 }],
  ["a heartbeat with both", { heartbeat: { interval: 60_000, timeout: 1_000 } }],
  ["2 ** 31", { timeout: 2 ** 31 }],
];

describe("connect's options", () => {
  test.each(bad)("%s is a ConfigError that names the option, and nothing is started", async (name, options) => {
    const server = scriptedMemory(new Script());
    const { runtime } = testStage();

    const error = await errorOf(connect(server.transport, { runtime, ...options } as ConnectOptions));

    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(`\`${name.split(":")[0]}\``);
    expect(runtime.size).toBe(0);
    expect(server.incarnations).toBe(0);
  });

  test.each(good)("%s is fine", async (_, options) => {
    const stage = testStage();

    const client = await stage.drive(
      connect(scriptedMemory(new Script()).transport, { ...options, runtime: stage.runtime }),
    );

    expect(client.state).toBe("ready");
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a string", "npx server"],
    ["no command", {}],
    ["an empty command", { command: "" }],
    ["a command that is an array", { command: ["npx"] }],
    ["arguments that are a string", { command: "npx", args: "-y" }],
    ["an environment with numbers", { command: "npx", env: { PORT: 5 } }],
    ["a directory that is none", { command: "npx", cwd: 5 }],
    ["a stderr that is none", { command: "npx", stderr: "loud" }],
    ["a type that does not fit", { type: "http", command: "npx" }],
  ])("a server that is none is a ConfigError: %s", async (_, server) => {
    const { runtime } = testStage();

    const error = await errorOf(connect(server as Server, { runtime }));

    expect(error).toBeInstanceOf(ConfigError);
    expect(runtime.size).toBe(0);
  });

  test("a ConfigError shows no value of env or arguments", async () => {
    const server = { command: "npx", args: ["--key", "canary", 5], env: { KEY: "canary", OTHER: 5 } };

    const error = (await errorOf(connect(server as never))) as Error;

    expect(`${error.stack} ${JSON.stringify(error.cause)}`).not.toContain("canary");
  });

  test("options of null are a ConfigError", async () => {
    expect(await errorOf(connect(scriptedMemory(new Script()).transport, null as never))).toBeInstanceOf(ConfigError);
  });
});
