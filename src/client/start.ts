import { type Definition, Runtime } from "../../actors/index.js";
import { child, type SupervisorRef, supervisor } from "../../supervisors/index.js";
import type { Answer } from "../connection/answers.js";
import { connection } from "../connection/connection-process.js";
import type { ConnectionSettings } from "../connection/settings.js";
import { generateProgressToken } from "../operation/token.js";
import { errorOf } from "../protocol/failure.js";
import { LEGACY_VERSIONS, type LegacyVersion } from "../protocol/legacy.js";
import type { InitializeResult } from "../protocol/results.js";
import { initializeResultSchema, resultSchemas } from "../protocol/schemas.js";
import { VERSION } from "../version.js";
import { type CheckedOptions, checkOptions, checkServer } from "./check-options.js";
import { Client } from "./client.js";
import { Hub } from "./hub.js";
import { opener } from "./open-transport.js";
import type { ConnectOptions, Server } from "./options.js";
import { untilReady } from "./readiness.js";
import { closeOnSignals } from "./signals.js";
import { ToolBook } from "./tool-book.js";

/** Milliseconds the connection may take to end in order: two graces of a server that ignores everything, and slack. */
const CONNECTION_SHUTDOWN = 15_000;

const NO_HEARTBEAT = { interval: Number.POSITIVE_INFINITY, timeout: Number.POSITIVE_INFINITY };

/** What a client is to be, checked. */
export interface Plan {
  readonly name: string;
  readonly server: Server;
  readonly options: CheckedOptions;
  readonly unknownKeys: readonly string[];
}

/** @throws {ConfigError} */
export function prepare(given: Server, options: ConnectOptions): Plan {
  const checked = checkOptions(options);
  const { server, unknownKeys } = checkServer(given);
  return { name: checked.name ?? nameOf(server), server, options: checked, unknownKeys };
}

/** A client whose supervision tree has not been started yet. */
interface Assembled {
  readonly client: Client;
  readonly hub: Hub;
  readonly tree: Definition<undefined, SupervisorRef>;
  /** To be called when the tree has ended. */
  readonly ended: () => void;
  /** Tells what is odd about the plan; to be called when somebody can listen. */
  readonly warn: () => void;
}

/** Puts a client together. `shutDown` ends its tree and resolves when nothing of it is left. */
export function assemble(plan: Plan, runtime: Runtime, shutDown: () => Promise<void>): Assembled {
  const { name, server, options, unknownKeys } = plan;
  const hub = new Hub(runtime.clock, options.maxPending);
  const tools = new ToolBook(options.trustAnnotations);
  const { timeout, maxTimeout, retry, progressBuffer } = options;
  const defaults = { timeout, maxTimeout, retry, progressBuffer };
  const client = new Client({ runtime, hub, tools, schemas: resultSchemas, defaults, shutDown });
  const settings = settingsOf(options, server, hub, tools);
  const tree = supervisor(`client ${name}`, {
    strategy: "one_for_one",
    intensity: { maxRestarts: options.restart.max, within: options.restart.within },
    children: [child("connection", connection, settings, { shutdown: CONNECTION_SHUTDOWN })],
  });
  if (typeof server !== "function" && typeof server.stderr === "function") hub.events.on("stderr", server.stderr);
  const warn = () => {
    if (unknownKeys.length === 0) return;
    const message = `The server's configuration has unknown keys: ${unknownKeys.join(", ")}`;
    // Once whoever asked for the client has had it, and a chance to listen.
    runtime.clock.later(() => hub.publish({ type: "warning", message }));
  };
  const unlisten = options.handleSignals ? closeOnSignals(runtime, () => client.close()) : undefined;
  const ended = () => {
    hub.ended();
    unlisten?.();
  };
  return { client, hub, tree, ended, warn };
}

/** Starts a client's supervision tree; what `connect` does once all of this is loaded. */
export async function startClient(given: Server, options: ConnectOptions): Promise<Client> {
  const plan = prepare(given, options);
  const runtime = options.runtime ?? new Runtime({ onCrash: options.onCrash });
  const shutDown = async () => await (options.runtime === undefined ? runtime.stop() : root[Symbol.asyncDispose]());
  const { client, hub, tree, ended, warn } = assemble(plan, runtime, shutDown);
  const root = await runtime.start(tree);
  void root.exited.then(ended);
  if (!plan.options.lazy) await firstReady(client, hub, runtime, plan.options);
  warn();
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

function settingsOf(options: CheckedOptions, server: Server, hub: Hub, tools: ToolBook): ConnectionSettings {
  return {
    openTransport: opener(server),
    version: versionOf(options.protocol),
    clientInfo: options.clientInfo ?? { name: "caduceus", version: VERSION },
    capabilities: {},
    maxInFlight: options.maxInFlight,
    maxPending: options.maxPending,
    progressBuffer: options.progressBuffer,
    progressDrain: options.progressDrain,
    backoff: options.backoff,
    downAfter: options.downAfter,
    heartbeat: options.heartbeat ?? NO_HEARTBEAT,
    handshakeLimit: options.startTimeout,
    checkInitialize,
    answer,
    toolHints: tools.hints,
    nextIncarnation: () => ++hub.stats.restarts.incarnations,
    newToken: generateProgressToken,
    random: Math.random,
    stats: hub.stats,
    publish: hub.publish,
  };
}

/** JSON-RPC's code for a method that is not there. */
const METHOD_NOT_FOUND = -32_601;

function answer(): Answer {
  return { error: { code: METHOD_NOT_FOUND, message: "Method not found" } };
}

function versionOf(protocol: CheckedOptions["protocol"]): LegacyVersion {
  return protocol === "auto" || protocol === "legacy" ? LEGACY_VERSIONS[0] : protocol;
}

function checkInitialize(result: unknown): InitializeResult {
  return initializeResultSchema.parse(result) as InitializeResult;
}

function nameOf(server: Server): string {
  if (typeof server === "function") return "custom";
  return server.command.split(/[\\/]/).at(-1) ?? server.command;
}
