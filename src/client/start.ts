import { Runtime } from "../../actors/index.js";
import { child, supervisor } from "../../supervisors/index.js";
import type { Answer, Answerer } from "../connection/answers.js";
import { connection } from "../connection/connection.js";
import type { ConnectionSettings } from "../connection/settings.js";
import { generateProgressToken } from "../operation/token.js";
import { errorOf } from "../protocol/failure.js";
import type { DiscoverResult, InitializeResult } from "../protocol/results.js";
import { discoverResultSchema, initializeResultSchema, resultSchemas } from "../protocol/schemas.js";
import { planOf } from "../protocol/versions.js";
import { VERSION } from "../version.js";
import { type CheckedOptions, checkOptions, checkServer } from "./check-options.js";
import { Client } from "./client.js";
import { Hub } from "./hub.js";
import { opener } from "./open-transport.js";
import type { ConnectOptions, Server } from "./options.js";
import { untilReady } from "./readiness.js";
import { ToolBook } from "./tool-book.js";

/** Milliseconds the connection may take to end in order: two graces of a server that ignores everything, and slack. */
const CONNECTION_SHUTDOWN = 15_000;

/**
 * Starts a client's supervision tree; what `connect` does once all of this is loaded. `answer` answers what the server
 * asks.
 */
export async function startClient(
  given: Server,
  options: ConnectOptions,
  answer: Answerer = offerNothing,
): Promise<Client> {
  const checked = checkOptions(options);
  const { server, unknownKeys } = checkServer(given, checked);
  const runtime = options.runtime ?? new Runtime({ onCrash: options.onCrash });
  const hub = new Hub(runtime.clock, checked.maxPending);
  const tools = new ToolBook(checked.trustAnnotations);
  const name = checked.name ?? nameOf(server);
  const settings = settingsOf(checked, server, hub, tools, answer);
  const root = await runtime.start(
    supervisor(`client ${name}`, {
      strategy: "one_for_one",
      intensity: { maxRestarts: checked.restart.max, within: checked.restart.within },
      children: [child("connection", connection, settings, { shutdown: CONNECTION_SHUTDOWN })],
    }),
  );
  void root.exited.then(() => hub.ended());
  const client = new Client({
    runtime,
    hub,
    tools,
    schemas: resultSchemas,
    root,
    defaults: {
      timeout: checked.timeout,
      maxTimeout: checked.maxTimeout,
      retry: checked.retry,
      progressBuffer: checked.progressBuffer,
    },
    shutDown: async () => await (options.runtime === undefined ? runtime.stop() : root[Symbol.asyncDispose]()),
  });
  hub.refreshTools = () => client.listTools();
  if (typeof server !== "function" && "stderr" in server && typeof server.stderr === "function")
    hub.events.on("stderr", server.stderr);
  if (!checked.lazy) await firstReady(client, hub, runtime, checked);
  if (unknownKeys.length > 0) {
    const message = `The server's configuration has unknown keys: ${unknownKeys.join(", ")}`;
    // Once whoever called `connect` has had the client, and a chance to listen.
    runtime.clock.later(() => hub.publish({ type: "warning", message }));
  }
  return client;
}

/** @throws what kept the first incarnation from becoming ready, with nothing left running. */
async function firstReady(client: Client, hub: Hub, runtime: Runtime, options: CheckedOptions): Promise<void> {
  const { startTimeout: timeout, signal } = options;
  const failure = await untilReady(hub, runtime.clock, { timeout, signal, atFirst: true });
  if (failure === undefined) return;
  await client.close();
  throw errorOf("connect", failure, { outcome: "not_sent", attempts: 0 });
}

function settingsOf(
  options: CheckedOptions,
  server: Server,
  hub: Hub,
  tools: ToolBook,
  answer: Answerer,
): ConnectionSettings {
  return {
    openTransport: opener(server, options),
    plan: planOf(options.protocol),
    era: {
      remembered: () => hub.era,
      remember: (era) => {
        hub.era = era;
      },
    },
    clientInfo: options.clientInfo ?? { name: "caduceus", version: VERSION },
    capabilities: {},
    maxInFlight: options.maxInFlight,
    maxPending: options.maxPending,
    progressBuffer: options.progressBuffer,
    progressDrain: options.progressDrain,
    backoff: options.backoff,
    downAfter: options.downAfter,
    handshakeLimit: options.startTimeout,
    checkInitialize,
    checkDiscover,
    logLevel: () => hub.logLevel,
    answer,
    toolHints: tools.hints,
    needsTask: tools.needsTask,
    toolHeaders: (name) => hub.toolHeaders(name),
    refreshTools: () => hub.refreshTools(),
    nextIncarnation: () => ++hub.stats.restarts.incarnations,
    newToken: generateProgressToken,
    random: Math.random,
    stats: hub.stats,
    publish: hub.publish,
  };
}

/** JSON-RPC's code for a method that is not there. */
const METHOD_NOT_FOUND = -32_601;

function offerNothing(): Answer {
  return { error: { code: METHOD_NOT_FOUND, message: "Method not found" } };
}

function checkInitialize(result: unknown): InitializeResult {
  return initializeResultSchema.parse(result) as InitializeResult;
}

function checkDiscover(result: unknown): DiscoverResult {
  return discoverResultSchema.parse(result) as DiscoverResult;
}

function nameOf(server: Server): string {
  if (typeof server === "function") return "custom";
  // The rest of a URL may be secret.
  if ("url" in server) return new URL(server.url).host;
  return server.command.split(/[\\/]/).at(-1) ?? server.command;
}
