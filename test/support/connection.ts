import { noreply, server } from "../../actors/index.js";
import { connection } from "../../src/connection/connection.js";
import type { Ticket } from "../../src/connection/pending.js";
import type { ConnectionRef } from "../../src/connection/protocol.js";
import type { ConnectionEvent, ConnectionSettings, Stats } from "../../src/connection/settings.js";
import type { Settlement } from "../../src/operation/settlement.js";
import { Tokens } from "../../src/operation/token.js";
import type { Era } from "../../src/protocol/codec.js";
import type { RequestId } from "../../src/protocol/message.js";
import type { DiscoverResult, InitializeResult } from "../../src/protocol/results.js";
import { discoverResultSchema, initializeResultSchema } from "../../src/protocol/schemas.js";
import { type ProtocolChoice, planOf } from "../../src/protocol/versions.js";
import { Reporter } from "../../src/telemetry/reporter.js";
import type {
  Frame,
  HttpTransportProtocol,
  MessageHead,
  RequestFailure,
  TransportDefinition,
  TransportNews,
  TransportSetup,
} from "../../src/transport/transport.js";
import { testStage, watch } from "./memory.js";

export interface BareOptions extends Partial<ConnectionSettings> {
  readonly seed?: number | undefined;
  readonly protocol?: ProtocolChoice | undefined;
}

/** A connection's process without a client around it, on virtual time, and all that it says. */
export async function startConnection(
  openTransport: () => TransportDefinition,
  { seed, protocol = "auto", ...settings }: BareOptions = {},
) {
  const stage = testStage(seed);
  const events: ConnectionEvent[] = [];
  let era: Era | undefined;
  let tokens = 0;
  const all: ConnectionSettings = {
    openTransport,
    plan: planOf(protocol),
    era: {
      remembered: () => era,
      remember: (known) => {
        era = known;
      },
    },
    clientInfo: { name: "test", version: "1" },
    capabilities: {},
    logLevel: () => undefined,
    toolHeaders: () => undefined,
    toolHints: () => undefined,
    needsTask: () => false,
    refreshTools: async () => undefined,
    checkInitialize: (result) => initializeResultSchema.parse(result) as InitializeResult,
    checkDiscover: (result) => discoverResultSchema.parse(result) as DiscoverResult,
    maxInFlight: 64,
    maxPending: 1_000,
    progressBuffer: 16,
    progressDrain: 0,
    backoff: { initial: 100, factor: 2, max: 10_000, jitter: 0, resetAfter: 30_000 },
    heartbeat: { interval: Number.POSITIVE_INFINITY, timeout: Number.POSITIVE_INFINITY },
    downAfter: 30_000,
    handshakeLimit: 60_000,
    answer: () => ({ error: { code: -32_601, message: "Method not found" } }),
    nextIncarnation: (() => {
      let last = 0;
      return () => ++last;
    })(),
    tokens: new Tokens("again"),
    random: () => 0.5,
    stats: emptyStats(),
    publish: (event) => void events.push(event),
    reporter: new Reporter({
      client: "test",
      clock: stage.clock,
      payloads: false,
      maxLength: 1,
      secrets: [],
    }),
    ...settings,
  };
  const ref = (await stage.drive(stage.runtime.start(connection, all))) as unknown as ConnectionRef;
  const ask = (ticket: Partial<Ticket> & Pick<Ticket, "method">): Promise<Settlement> =>
    ref.call("request", { ...ordinary(stage.clock.now(), `t${++tokens}`), ...ticket }, { timeout: Infinity });
  return {
    ...stage,
    ref,
    events,
    stats: all.stats,
    ask,
    watchAsk: (ticket: Parameters<typeof ask>[0]) => watch(stage, ask(ticket)),
    era: () => era,
  };
}

function ordinary(now: number, token: string): Omit<Ticket, "method"> {
  return {
    params: undefined,
    meta: undefined,
    token,
    caller: undefined,
    priority: 0,
    retry: undefined,
    timeout: 30_000,
    maxTimeout: 3_600_000,
    calledAt: now,
    startedAt: now,
    headers: undefined,
    isStream: false,
    deliver: undefined,
  };
}

function emptyStats(): Stats {
  return {
    operations: { started: 0, settled: 0 },
    progress: { delivered: 0, unknown: 0, late: 0, duplicateToken: 0, notIncreasing: 0, overflow: 0 },
    responses: { unknown: 0, duplicate: 0 },
    messages: { invalid: 0 },
    notifications: { overflow: 0 },
    restarts: { incarnations: 0, connection: 0 },
  };
}

/** What was written over HTTP. */
export interface Post {
  readonly head: MessageHead;
  readonly message: { readonly id: RequestId; readonly method: string; readonly params: Record<string, unknown> };
}

/** How a server over HTTP takes one message; what it returns, or does later by `later`, is what comes of it. */
export type Serve = (post: Post, later: (outcome: HttpOutcome) => void) => HttpOutcome | undefined;
export type HttpOutcome = { readonly response: object } | RequestFailure;

/** A transport on which every message travels by itself. */
export function httpTransport(serve: Serve) {
  const posts: Post[] = [];
  const abandoned: RequestId[] = [];
  const definition = server<HttpTransportProtocol>("http transport")<TransportSetup, TransportSetup>({
    init: (setup) => {
      setup.connection.send({ type: "opened", incarnation: setup.incarnation, wire: "http" });
      return setup;
    },
    calls: {},
    casts: {
      write(frame: Frame, setup) {
        const { incarnation } = setup;
        const tell = (news: TransportNews) => setup.connection.send(news);
        const post = { head: frame.head, message: JSON.parse(frame.text) } as Post;
        const { id } = post.message;
        const take = (outcome: HttpOutcome) => {
          if ("response" in outcome) {
            tell({ type: "received", incarnation, via: id, value: { jsonrpc: "2.0", id, ...outcome.response } });
          } else tell({ type: "failed", incarnation, id, ...outcome });
        };
        posts.push(post);
        tell({ type: "accepted", incarnation, upTo: frame.sequence });
        const outcome = serve(post, take);
        if (outcome !== undefined) take(outcome);
        return noreply(setup);
      },
      abandon(id, setup) {
        abandoned.push(id);
        return noreply(setup);
      },
      reopen: (_, setup) => noreply(setup),
    },
  });
  return { transport: () => definition as unknown as TransportDefinition, posts, abandoned };
}
