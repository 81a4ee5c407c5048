import { type Definition, Runtime } from "../../actors/index.js";
import { child, type SupervisorRef, supervisor } from "../../supervisors/index.js";
import type { Answerer } from "../connection/answers.js";
import { connection } from "../connection/connection.js";
import type { ConnectionSettings } from "../connection/settings.js";
import { Tokens, tokenFrom } from "../operation/token.js";
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
import { Identity } from "./lists/identity.js";
import { ToolBook } from "./lists/tool-book.js";
import { isTransport, opener } from "./open-transport.js";
import type { ConnectOptions, Server } from "./options.js";
import { untilReady } from "./readiness.js";
import { reported, reporterOf } from "./reporting.js";
import { SchemaValidators } from "./schema-validators.js";
import { closeOnSignals } from "./signals.js";
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

const NO_HEARTBEAT = { interval: Number.POSITIVE_INFINITY, timeout: Number.POSITIVE_INFINITY };

/** What a client is to be, checked. */
export interface ClientPlan {
  readonly name: string;
  readonly server: Server;
  readonly options: CheckedOptions;
  /** The options as they were given: handlers and roots are typed there. */
  readonly given: ConnectOptions;
  readonly capabilities: Params;
  readonly unknownKeys: readonly string[];
}

/** @throws {ConfigError} */
export function prepare(givenServer: Server, given: ConnectOptions): ClientPlan {
  const options = checkOptions(given);
  const { server, unknownKeys } = checkServer(givenServer, options);
  const capabilities = clientCapabilities(given);
  return { name: options.name ?? nameOf(server), server, options, given, capabilities, unknownKeys };
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
export function assemble(
  plan: ClientPlan,
  runtime: Runtime,
  shutDown: () => Promise<void>,
  parts: StartParts = {},
): Assembled {
  const { name, server, options, given, unknownKeys } = plan;
  const reporter = reporterOf(plan, runtime);
  const hub = new Hub(runtime.clock, options.maxPending, reporter);
  const warnOf = (message: string) => hub.publish({ type: "warning", message });
  const validators = parts.validators ?? new SchemaValidators(warnOf);
  const tools = new ToolBook(options.trustAnnotations);
  const chance = chanceOf(runtime);
  const workings = workingsOf(plan, runtime, chance, { hub, tools, validators });
  const client = new Client({ runtime, hub, workings, shutDown });
  const tree = supervisor(`client ${name}`, {
    strategy: "one_for_one",
    intensity: { maxRestarts: options.restart.max, within: options.restart.within },
    children: [
      child(
        "connection",
        connection,
        settingsOf(plan, hub, tools, chance, reported(parts.answer ?? workings.answer, reporter)),
        {
          shutdown: CONNECTION_SHUTDOWN,
        },
      ),
    ],
  });
  if (given.onLog !== undefined) hub.events.on("log", given.onLog);
  if ("command" in server && typeof server.stderr === "function") hub.events.on("stderr", server.stderr);
  const warn = () => {
    if (unknownKeys.length === 0) return;
    const message = `The server's configuration has unknown keys: ${unknownKeys.join(", ")}`;
    // Once whoever asked for the client has had it, and a chance to listen.
    runtime.clock.later(() => warnOf(message));
  };
  const unlisten = options.handleSignals ? closeOnSignals(runtime, () => client.close()) : undefined;
  const ended = () => {
    hub.ended();
    reporter.stopped(hub.closed !== undefined && "cause" in hub.closed);
    unlisten?.();
  };
  reporter.started("command" in server ? "stdio" : "url" in server ? "http" : "custom");
  return { client, hub, tree, ended, warn };
}

/** Starts a client's supervision tree; what `connect` does once all of this is loaded. */
export async function startClient(server: Server, options: ConnectOptions, parts: StartParts = {}): Promise<Client> {
  const plan = prepare(server, options);
  const runtime = options.runtime ?? new Runtime({ onCrash: options.onCrash });
  const shutDown = async () => await (options.runtime === undefined ? runtime.stop() : root[Symbol.asyncDispose]());
  const { client, hub, tree, ended, warn } = assemble(plan, runtime, shutDown, parts);
  const root = await runtime.start(tree);
  void root.exited.then(ended);
  if (!plan.options.lazy) await firstReady(client, hub, runtime, plan.options);
  warn();
  return client;
}

/** What a client leaves to chance: all of it comes from its runtime's source, where that has one. */
type Chance = Pick<ConnectionSettings, "random" | "tokens">;

function chanceOf({ random }: Runtime): Chance {
  return random === undefined
    ? { random: Math.random, tokens: new Tokens() }
    : { random, tokens: new Tokens(tokenFrom(random)) };
}

function workingsOf(
  { server, options, given, capabilities }: ClientPlan,
  runtime: Runtime,
  chance: Chance,
  { hub, tools, validators }: { readonly hub: Hub; readonly tools: ToolBook; readonly validators: Validators },
): Workings {
  const { timeout, maxTimeout, retry, progressBuffer } = options;
  return new Workings({
    hub,
    clock: runtime.clock,
    tools,
    identity: new Identity("url" in server ? given.auth : undefined),
    schemas: resultSchemas,
    defaults: { timeout, maxTimeout, retry, progressBuffer },
    backoff: options.backoff,
    ...chance,
    capabilities,
    roots: given.roots ?? [],
    onSampling: given.onSampling,
    onElicitation: given.onElicitation,
    validators,
    checkTool: (tool) => (mayHaveHeaders(server, hub) ? readParamHeaders(tool.inputSchema) : { ok: true, headers: [] }),
  });
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
  { server, options, capabilities }: ClientPlan,
  hub: Hub,
  tools: ToolBook,
  chance: Chance,
  answer: Answerer,
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
    heartbeat: options.heartbeat ?? NO_HEARTBEAT,
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
    ...chance,
    stats: hub.stats,
    publish: hub.publish,
    reporter: hub.reporter,
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
