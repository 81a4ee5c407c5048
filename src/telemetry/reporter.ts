import type { Clock } from "../../actors/index.js";
import { CancelledError, ProtocolError, TimeoutError } from "../protocol/errors.js";
import type { Reach } from "../protocol/failure.js";
import type { ServerInfo } from "../protocol/legacy.js";
import type { Params, ProgressToken, RequestId, RpcError, RpcRequest } from "../protocol/message.js";
import type { Telemetry } from "./channels.js";
import { openChannels } from "./open-channels.js";
import type { PayloadKinds } from "./options.js";
import { Payloads } from "./payload.js";
import { factsOf, isToolError, kindOf, nameOf, type PayloadKind, type WireHead, wireMessagesOf } from "./shapes.js";

export interface ReporterSettings {
  /** The client's name. */
  readonly client: string;
  readonly clock: Clock;
  readonly payloads: boolean | PayloadKinds;
  /** Characters of a payload that are published. */
  readonly maxLength: number;
  /** Values that no payload shows. */
  readonly secrets: readonly string[];
}

interface Asked {
  readonly method: string;
  readonly params?: Params | undefined;
}

/**
 * What one client tells on its channels. Each method looks first whether anybody listens, and does nothing if not. What is
 * spread stands last in its object: in front of other keys V8 takes 20 times as long over it.
 */
export class Reporter {
  readonly #on = openChannels();
  readonly #client: string;
  readonly #clock: Clock;
  readonly #switch: boolean | PayloadKinds;
  readonly #payloads: Payloads;
  readonly #startedAt: number;
  /** The operations that are watched, by token; one whose token was taken already is not among them. */
  readonly #watched = new Map<ProgressToken, number>();
  #lastOperation = 0;

  constructor({ client, clock, payloads, maxLength, secrets }: ReporterSettings) {
    this.#client = client;
    this.#clock = clock;
    this.#switch = payloads;
    this.#payloads = new Payloads(maxLength, secrets);
    this.#startedAt = clock.now();
  }

  // The client

  started(transport: Telemetry["caduceus:client.start"]["transport"]): void {
    const { clientStart } = this.#on;
    if (clientStart.hasSubscribers) clientStart.publish({ client: this.#client, transport });
  }

  stopped(isDefect: boolean): void {
    const { clientStop } = this.#on;
    if (!clientStop.hasSubscribers) return;
    clientStop.publish({ client: this.#client, duration: this.#clock.now() - this.#startedAt, isDefect });
  }

  // Operations

  /** Whether anybody listens to anything of operations: then have them carried out by {@link watch}. */
  get watchesOperations(): boolean {
    const on = this.#on;
    return (
      on.operationEnd.hasSubscribers ||
      on.operationStart.hasSubscribers ||
      on.operationProgress.hasSubscribers ||
      on.operationRetry.hasSubscribers ||
      on.operationTimeout.hasSubscribers ||
      on.operationCancel.hasSubscribers
    );
  }

  /** Has an operation carried out, and tells how it begins and ends. */
  async watch<C extends { readonly value: unknown; readonly reach: Reach }>(
    { method, params }: Asked,
    token: ProgressToken,
    carry: () => Promise<C>,
  ): Promise<C> {
    const operation = ++this.#lastOperation;
    const isFirst = !this.#watched.has(token);
    if (isFirst) this.#watched.set(token, operation);
    const known = { client: this.#client, operation, token, method, name: this.#nameOf(method, params) };
    const from = this.#clock.now();
    const { operationStart } = this.#on;
    if (operationStart.hasSubscribers) operationStart.publish(this.#with({ ...known }, "requests", params));
    let carried: C;
    try {
      carried = await carry();
    } catch (error) {
      if (isFirst) this.#watched.delete(token);
      this.#failed(known, from, error);
      throw error;
    }
    if (isFirst) this.#watched.delete(token);
    const { operationEnd } = this.#on;
    if (operationEnd.hasSubscribers) {
      const { value, reach } = carried;
      const end = {
        duration: this.#clock.now() - from,
        ok: true,
        isError: method === "tools/call" ? isToolError(value) : undefined,
        code: undefined,
        rpcCode: undefined,
        outcome: reach.outcome,
        attempts: reach.attempts,
        ...known,
      };
      operationEnd.publish(this.#with(end, "responses", value));
    }
    return carried;
  }

  #failed(known: Telemetry["caduceus:operation.start"], from: number, error: unknown): void {
    const { operationTimeout, operationCancel, operationEnd } = this.#on;
    const { code, outcome, attempts } = factsOf(error);
    if (error instanceof TimeoutError && operationTimeout.hasSubscribers) {
      operationTimeout.publish({ limit: error.limit, after: error.after, outcome, attempts, ...known });
    }
    if (error instanceof CancelledError && operationCancel.hasSubscribers) {
      operationCancel.publish({ outcome, attempts, ...known });
    }
    if (!operationEnd.hasSubscribers) return;
    const refusal = error instanceof ProtocolError ? error : undefined;
    const duration = this.#clock.now() - from;
    const rpcCode = refusal?.rpcCode;
    const end = { duration, ok: false, isError: undefined, code, rpcCode, outcome, attempts, ...known };
    const said = refusal && { message: refusal.message, data: refusal.data };
    operationEnd.publish(this.#with(end, "responses", said));
  }

  retried(
    { method, token }: { readonly method: string; readonly token: ProgressToken },
    attempt: number,
    outcome: Reach["outcome"],
  ): void {
    const { operationRetry } = this.#on;
    if (!operationRetry.hasSubscribers) return;
    operationRetry.publish({ method, attempt, outcome, ...this.#operationOf(token) });
  }

  progressed(
    method: string,
    update: {
      readonly token: ProgressToken;
      readonly progress: number;
      readonly total?: number | undefined;
      readonly message?: string | undefined;
      readonly attempt: number;
    },
  ): void {
    const { operationProgress } = this.#on;
    if (!operationProgress.hasSubscribers) return;
    const { token, progress, total, message, attempt } = update;
    const said = { method, progress, total, attempt, ...this.#operationOf(token) };
    operationProgress.publish(this.#with(said, "progress", message));
  }

  // What the server asks and tells

  /** Has a request of the server's answered, and tells of it. */
  async answering<A extends { readonly result: unknown } | { readonly error: RpcError }>(
    { id, method, params }: RpcRequest,
    answer: () => A | Promise<A>,
  ): Promise<A> {
    const { requestStart, requestEnd } = this.#on;
    const known = { client: this.#client, id, method };
    const from = this.#clock.now();
    if (requestStart.hasSubscribers) requestStart.publish(this.#with({ ...known }, "requests", params));
    const tell = (given: A | undefined) => {
      if (!requestEnd.hasSubscribers) return;
      const duration = this.#clock.now() - from;
      const error = given !== undefined && "error" in given ? given.error : undefined;
      const ok = given !== undefined && error === undefined;
      const rpcCode = ok ? undefined : (error?.code ?? INTERNAL_ERROR);
      requestEnd.publish(this.#with({ duration, ok, rpcCode, ...known }, "responses", given));
    };
    try {
      const given = await answer();
      tell(given);
      return given;
    } catch (error) {
      tell(undefined);
      throw error;
    }
  }

  get watchesRequests(): boolean {
    return this.#on.requestStart.hasSubscribers || this.#on.requestEnd.hasSubscribers;
  }

  roots(what: "asked" | "changed", count: number): void {
    const { roots } = this.#on;
    if (roots.hasSubscribers) roots.publish({ client: this.#client, what, count });
  }

  dropped(what: string, token: ProgressToken | undefined): void {
    const { dropped } = this.#on;
    if (dropped.hasSubscribers) dropped.publish({ client: this.#client, what, token });
  }

  // The connection

  entered(
    from: Telemetry["caduceus:connection.state"]["from"],
    to: Telemetry["caduceus:connection.state"]["to"],
  ): void {
    const { connectionState } = this.#on;
    if (connectionState.hasSubscribers) connectionState.publish({ client: this.#client, from, to });
  }

  ready(incarnation: number, { name, version, protocolVersion, era }: ServerInfo): void {
    const { connectionReady } = this.#on;
    if (!connectionReady.hasSubscribers) return;
    connectionReady.publish({ client: this.#client, incarnation, server: { name, version }, protocolVersion, era });
  }

  restarted(what: "transport" | "connection", count: number): void {
    const { connectionRestart } = this.#on;
    if (connectionRestart.hasSubscribers) connectionRestart.publish({ client: this.#client, what, count });
  }

  // The transport

  connected(incarnation: number, wire: "pipe" | "http"): void {
    const { transportConnect } = this.#on;
    if (transportConnect.hasSubscribers) transportConnect.publish({ client: this.#client, incarnation, wire });
  }

  disconnected(
    incarnation: number,
    end: Pick<Telemetry["caduceus:transport.disconnect"], "isOrderly" | "exitCode" | "signal">,
  ): void {
    const { transportDisconnect } = this.#on;
    if (transportDisconnect.hasSubscribers) transportDisconnect.publish({ client: this.#client, incarnation, ...end });
  }

  troubled(
    incarnation: number,
    what: Telemetry["caduceus:transport.error"]["what"],
    { id, code }: Partial<Pick<Telemetry["caduceus:transport.error"], "id" | "code">> = {},
  ): void {
    const { transportError } = this.#on;
    if (transportError.hasSubscribers) transportError.publish({ client: this.#client, incarnation, what, id, code });
  }

  sent(incarnation: number, head: WireHead, text: string): void {
    const { transportSend, raw } = this.#on;
    if (transportSend.hasSubscribers || raw.hasSubscribers) this.#tellSent(incarnation, head, text);
  }

  #tellSent(incarnation: number, { kind, id, method, headers }: WireHead, text: string): void {
    const { transportSend, raw } = this.#on;
    const protocolVersion = headers["mcp-protocol-version"];
    if (raw.hasSubscribers) raw.publish({ incarnation, protocolVersion, text });
    if (!transportSend.hasSubscribers) return;
    const message = { client: this.#client, incarnation, kind, id, method, protocolVersion, length: text.length };
    const payloadKind = kindOf(kind, method);
    const value: unknown = this.#isShown(payloadKind) ? JSON.parse(text) : undefined;
    transportSend.publish(this.#with(message, payloadKind, value));
  }

  received(incarnation: number, value: unknown, via: RequestId | undefined): void {
    const { transportReceive, notification } = this.#on;
    if (!transportReceive.hasSubscribers && !notification.hasSubscribers) return;
    for (const message of wireMessagesOf(value)) {
      const { kind, id, method } = message;
      if (transportReceive.hasSubscribers) {
        const came = { client: this.#client, incarnation, kind, id, method, via };
        transportReceive.publish(this.#with(came, kindOf(kind, method), message.value));
      }
      const isNews = kind === "notification" && method !== undefined && method !== "notifications/progress";
      if (isNews && notification.hasSubscribers) {
        notification.publish(this.#with({ client: this.#client, method }, "notifications", message.params));
      }
    }
  }

  // Shapes

  #operationOf(token: ProgressToken) {
    return { client: this.#client, operation: this.#watched.get(token), token };
  }

  #nameOf(method: string, params: Params | undefined): string | undefined {
    const name = nameOf(method, params);
    return name === undefined ? undefined : this.#payloads.text(name);
  }

  #isShown(kind: PayloadKind): boolean {
    return this.#switch === true || (this.#switch !== false && this.#switch[kind] === true);
  }

  /** Adds a payload; nothing at all, not even a key, where this kind is off. */
  #with<M extends object>(message: M & { payload?: string }, kind: PayloadKind, value: unknown): M {
    if (value !== undefined && this.#isShown(kind)) message.payload = this.#payloads.show(value);
    return message;
  }
}

/** JSON-RPC's, which the connection answers with when a handler fails. */
const INTERNAL_ERROR = -32_603;
