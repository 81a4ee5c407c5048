import { Runtime } from "../../actors/index.js";
import { child, supervisor } from "../../supervisors/index.js";
import type { Answerer } from "../connection/answers.js";
import { connection } from "../connection/connection.js";
import type { ConnectionSettings } from "../connection/settings.js";
import { generateProgressToken } from "../operation/token.js";
import { errorOf } from "../protocol/failure.js";
import type { Params } from "../protocol/message.js";
import { readParamHeaders } from "../protocol/param-headers.js";
import type { DiscoverResult, InitializeResult } from "../protocol/results.js";
import { discoverResultSchema, initializeResultSchema, resultSchemas } from "../protocol/schemas.js";
import { planOf } from "../protocol/versions.js";
import { VERSION } from "../version.js";
import { type CheckedOptions, checkOptions, checkServer } from "./check-options.js";
import { Client } from "./client.js";
import { clientCapabilities } from "./handlers/capabilities.js";
import { Hub } from "./hub.js";
import { ToolBook } from "./lists/tool-book.js";
import { isTransport, opener } from "./open-transport.js";
import type { ConnectOptions, Server } from "./options.js";
import { untilReady } from "./readiness.js";
import { SchemaValidators } from "./schema-validators.js";
import type { Validators } from "./validators.js";
import { Workings } from "./workings.js";

/** Milliseconds the connection may take to end in order: two graces of a server that ignores everything, and slack. */
const CONNECTION_SHUTDOWN = 15_000;

/** What a client works with that may be another one. */
export interface StartParts {
  /** Answers what the server asks, instead of the handlers in the options. */
  readonly answer?: Answerer | undefined;
  readonly validators?: Validators | undefined;
}

/** Starts a client's supervision tree; what `connect` does once all of this is loaded. */
export async function startClient(given: Server, options: ConnectOptions, parts: StartParts = {}): Promise<Client> {
  const checked = checkOptions(options);
  const { server, unknownKeys } = checkServer(given, checked);
  const capabilities = clientCapabilities(options);
  const runtime = options.runtime ?? new Runtime({ onCrash: options.onCrash });
  const hub = new Hub(runtime.clock, checked.maxPending);
  const validators = parts.validators ?? new SchemaValidators((message) => hub.publish({ type: "warning", message }));
  const tools = new ToolBook(checked.trustAnnotations);
  const name = checked.name ?? nameOf(server);
  const workings = new Workings({
    hub,
    clock: runtime.clock,
    tools,
    schemas: resultSchemas,
    defaults: {
      timeout: checked.timeout,
      maxTimeout: checked.maxTimeout,
      retry: checked.retry,
      progressBuffer: checked.progressBuffer,
    },
    backoff: checked.backoff,
    random: Math.random,
    capabilities,
    roots: options.roots ?? [],
    onSampling: options.onSampling,
    onElicitation: options.onElicitation,
    validators,
    checkTool: (tool) => (mayHaveHeaders(server, hub) ? readParamHeaders(tool.inputSchema) : { ok: true, headers: [] }),
  });
  if (options.onLog !== undefined) hub.events.on("log", options.onLog);
  const answer = parts.answer ?? workings.answer;
  const settings = settingsOf(checked, { server, hub, tools, answer, capabilities });
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
    validators,
    workings,
    root,
    shutDown: async () => await (options.runtime === undefined ? runtime.stop() : root[Symbol.asyncDispose]()),
  });
  if ("command" in server && typeof server.stderr === "function") hub.events.on("stderr", server.stderr);
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

interface SettingsParts {
  readonly server: Server;
  readonly hub: Hub;
  readonly tools: ToolBook;
  readonly answer: Answerer;
  readonly capabilities: Params;
}

function settingsOf(
  options: CheckedOptions,
  { server, hub, tools, answer, capabilities }: SettingsParts,
): ConnectionSettings {
  return {
    openTransport: opener(server, options),
    isUsedOnce: typeof server !== "function" && isTransport(server),
    plan: planOf(options.protocol),
    era: {
      remembered: () => hub.era,
      remember: (era) => {
        hub.era = era;
      },
    },
    clientInfo: options.clientInfo ?? { name: "caduceus", version: VERSION },
    capabilities,
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
    toolHeaders: (name) => hub.toolHeaders(name),
    refreshTools: () => hub.refreshTools(),
    nextIncarnation: () => ++hub.stats.restarts.incarnations,
    newToken: generateProgressToken,
    random: Math.random,
    stats: hub.stats,
    publish: hub.publish,
  };
}

/** Where headers carry arguments: over HTTP, from the modern era on. What a transport of the host's does is not known. */
function mayHaveHeaders(server: Server, hub: Hub): boolean {
  return hub.server?.era === "modern" && !("command" in server);
}

function checkInitialize(result: unknown): InitializeResult {
  return initializeResultSchema.parse(result) as InitializeResult;
}

function checkDiscover(result: unknown): DiscoverResult {
  return discoverResultSchema.parse(result) as DiscoverResult;
}

function nameOf(server: Server): string {
  // The rest of a URL may be secret.
  if ("url" in server) return new URL(server.url).host;
  if (!("command" in server)) return "custom";
  return server.command.split(/[\\/]/).at(-1) ?? server.command;
}
