import {
  type ExitMessage,
  type ExitReason,
  isOrderly,
  MachineHost,
  MachineTimer,
  noreply,
  type Outcome,
  type Self,
  server,
  startWith,
} from "../../actors/index.js";
import type { OperationNews } from "../operation/process.js";
import type { Failure } from "../operation/settlement.js";
import { legacy, type ServerInfo } from "../protocol/legacy.js";
import type { RpcNotification, RpcRequest, RpcResponse } from "../protocol/message.js";
import type { TransportDefinition, TransportEnd, TransportNews, TransportRef } from "../transport/transport.js";
import { backoffDelay } from "./backoff.js";
import { judge } from "./handshake.js";
import { answerTo, type Receiver, route } from "./inbound.js";
import { lifecycle } from "./lifecycle.js";
import { Operations, type ReleaseRequest } from "./operations.js";
import type { ConnectionProtocol, ConnectionRef } from "./protocol.js";
import type { ConnectionSettings, ServiceState } from "./settings.js";
import { endOf, Trouble } from "./trouble.js";
import { Wire } from "./wire.js";

interface Connecting extends ConnectionProtocol {
  info:
    | TransportNews
    | OperationNews
    | ReleaseRequest
    | MachineTimer
    | { readonly type: "made"; readonly incarnation: number; readonly outcome: Outcome<TransportDefinition> };
}

/**
 * The process that is one client's connection: it hosts the lifecycle, owns the transport of the moment, and keeps the
 * pending operations. A transport's end is mail and a state; only a defect of ours ends this process.
 *
 * Source: MCP specification, revision 2025-11-25, "Lifecycle".
 */
export const connection = server<Connecting>("connection")<Connection, ConnectionSettings>({
  init(settings, self) {
    self.trapExit = true;
    return startWith(new Connection(settings, self), { continue: "open" });
  },
  continue(_argument, it) {
    it.start();
    return noreply(it);
  },
  calls: {
    request(ticket, it, _self, from) {
      const refused = it.refusal();
      if (refused === undefined) it.operations.accept(ticket, from);
      else from.reply({ ok: false, failure: refused, outcome: "not_sent", attempts: 0 });
      return noreply(it);
    },
  },
  casts: {
    notify(json, it) {
      it.notify(json);
      return noreply(it);
    },
    cancel({ token, reason, cause }, it) {
      it.operations.cancel(token, reason, cause);
      return noreply(it);
    },
    cancelAll(reason, it) {
      it.operations.cancelAll(reason);
      return noreply(it);
    },
  },
  info(message, it) {
    if (message instanceof MachineTimer) it.fire(message);
    else if (message.type === "EXIT") it.exited(message);
    else if (message.type === "due") it.operations.due(message.key);
    else if (message.type === "expired") it.operations.expired(message);
    else if (message.type === "release") it.operations.release(message);
    else if (message.type === "made") it.made(message.incarnation, message.outcome);
    else if (message.type !== "DOWN") it.hear(message);
    return noreply(it);
  },
  terminate: (reason, it) => it.terminate(reason),
  describe: (it) => it.describe(),
});

class Connection implements Receiver {
  readonly operations: Operations;
  readonly #self: Self<Connecting["info"]>;
  readonly #settings: ConnectionSettings;
  readonly #wire = new Wire();
  readonly #machine: MachineHost<typeof lifecycle>;
  #transport: TransportRef | undefined = undefined;
  #transportDisposer: (() => unknown) | undefined = undefined;
  /** Whether the transport of this incarnation is still to come. */
  #isMaking = false;
  #incarnation = 0;
  #lastId = 0;
  #handshakeId: number | undefined = undefined;
  /** Incarnations in a row that did not stay ready for long. */
  #failures = 0;
  #service: ServiceState = "starting";
  readonly #trouble = new Trouble();
  /** What it said of itself; set once the handshake is done. */
  #server: ServerInfo | undefined = undefined;

  constructor(settings: ConnectionSettings, self: Self<Connecting["info"]>) {
    this.#settings = settings;
    this.#self = self;
    this.operations = new Operations(
      self as unknown as Self<OperationNews | ReleaseRequest>,
      settings,
      this.#wire,
      () => ++this.#lastId,
    );
    const logic = lifecycle.provide({
      actions: {
        openTransport: () => this.#open(),
        shakeHands: () => this.#shakeHands(),
        dropTransport: () => this.#dropTransport(),
        openOutbox: () => this.#server !== undefined && this.operations.open(this.#server),
        closeOutbox: () => this.operations.close(),
        failWaiting: () => this.operations.failWaiting(this.#trouble.absence),
        forgiveFailures: () => {
          this.#failures = 0;
        },
      },
      delays: {
        backoff: () => this.#backoff(),
        handshakeLimit: () => settings.handshakeLimit,
        downAfter: () => settings.downAfter,
        resetAfter: () => settings.backoff.resetAfter,
      },
    });
    this.#machine = new MachineHost(self as unknown as Self<MachineTimer>, logic);
  }

  start(): void {
    this.#settings.publish({ type: "attached", connection: this.#self.process as unknown as ConnectionRef });
    this.#machine.start();
  }

  describe(): Readonly<Record<string, unknown>> {
    const { waiting, inFlight } = this.operations.counts;
    return { state: this.#service, incarnation: this.#incarnation, waiting, inFlight };
  }

  /** Why no operation can be taken in now; `undefined` when it can. */
  refusal(): Failure | undefined {
    return this.#service === "down" ? this.#trouble.absence : undefined;
  }

  // The lifecycle

  fire(timer: MachineTimer): void {
    this.#machine.fire(timer);
    this.#tellState();
  }

  #feed(type: "opened" | "agreed" | "refused" | "lost"): void {
    this.#machine.send({ type });
    this.#tellState();
  }

  /** Publishes what the user sees of the machine, after it has come to rest. */
  #tellState(): void {
    const { value } = this.#machine.snapshot;
    const service = (typeof value === "object" ? value.open.service : "closed") as ServiceState;
    if (service === this.#service) return;
    this.#service = service;
    this.#settings.publish({ type: "state", state: service });
    if (service === "down") this.#tell("down", this.#trouble.absence);
    if (service === "ready" && this.#server !== undefined) {
      this.#settings.publish({ type: "ready", server: this.#server, incarnation: this.#incarnation });
    }
  }

  #backoff(): number {
    const { backoff, random } = this.#settings;
    const wait = this.#service === "down" ? backoff.max : backoffDelay(backoff, this.#failures, random());
    this.#trouble.retryAt = Date.now() + Math.round(wait);
    return wait;
  }

  // The transport

  #open(): void {
    const incarnation = this.#settings.nextIncarnation();
    this.#incarnation = incarnation;
    this.#trouble.begin(incarnation);
    this.#isMaking = true;
    const made = attempt(this.#settings.openTransport);
    this.#self.pipe(made, (outcome) => ({ type: "made", incarnation, outcome }));
  }

  made(incarnation: number, outcome: Outcome<TransportDefinition>): void {
    // What was too slow to make is of an incarnation that is gone.
    if (incarnation !== this.#incarnation || !this.#isMaking) return;
    this.#isMaking = false;
    if (!outcome.ok) {
      this.#lose({ message: "The transport could not be made: see `cause`", cause: outcome.error });
      return;
    }
    const transport = this.#self.spawnLink(
      outcome.value,
      { connection: this.#self.process, incarnation },
      { label: `transport #${incarnation}` },
    );
    this.#transport = transport;
    // However this process ends, the transport and all it owns is gone before anybody hears of it.
    this.#transportDisposer = this.#self.own(() => {
      transport.exit("kill");
      return transport.exited;
    });
    this.#wire.attach(transport);
  }

  #dropTransport(): void {
    // An answer to the handshake that comes now is too late.
    this.#handshakeId = undefined;
    this.#trouble.timedOut(this.#settings.handshakeLimit);
    if (this.#transport !== undefined) {
      this.#transport.exit("kill");
      return;
    }
    // It is still being made: there is nothing whose end could be waited for.
    const error = new Error("It took too long");
    this.#self.process.send({ type: "made", incarnation: this.#incarnation, outcome: { ok: false, error } });
  }

  /** A trapped exit signal: the transport's, an operation's, or that of somebody who has no business here. */
  exited({ process, reason }: ExitMessage): void {
    if (process !== undefined && process === this.#transport) this.#lose(endOf(reason));
    else this.operations.exited(process, reason === "normal" ? undefined : this.#trouble.defect(reason));
  }

  #lose(end: TransportEnd): void {
    this.#forgetTransport();
    this.#failures++;
    this.#handshakeId = undefined;
    this.#server = undefined;
    this.#trouble.lose(end);
    this.#feed("lost");
    this.operations.lost(this.#trouble.latest);
    this.#wire.detach();
    this.#tell("lost", this.#trouble.latest);
  }

  #tell(type: "lost" | "down", failure: Failure): void {
    this.#settings.publish({ type, failure, retryAt: this.#trouble.retryAt });
  }

  #forgetTransport(): void {
    if (this.#transportDisposer !== undefined) this.#self.disown(this.#transportDisposer);
    this.#transportDisposer = undefined;
    this.#transport = undefined;
  }

  // What comes in

  hear(news: TransportNews): void {
    // Mail of an incarnation that is gone.
    if (news.incarnation !== this.#incarnation || this.#transport === undefined) return;
    switch (news.type) {
      case "received":
        route(news.value, this);
        return;
      case "accepted":
        this.#wire.accepted(news.upTo);
        this.operations.accepted(news.upTo);
        return;
      case "stalled":
        this.#wire.stalled(news.begun);
        this.operations.flowChanged();
        return;
      case "opened":
        this.#feed("opened");
        return;
      case "stderr":
        this.#settings.publish({ type: "stderr", line: news.line });
        return;
      case "noise":
        this.puzzled();
        return;
    }
  }

  responded(response: RpcResponse): void {
    if (response.id !== this.#handshakeId) {
      this.operations.answered(response, this.#lastId);
      return;
    }
    this.#handshakeId = undefined;
    const verdict = judge(response, this.#settings.checkInitialize);
    if (verdict.agreed) {
      this.#agree(verdict.server);
    } else {
      this.#trouble.refuse(verdict.failure);
      this.#feed("refused");
    }
  }

  noticed({ method, params }: RpcNotification): void {
    if (method === "notifications/progress") this.operations.progressed(params);
    else if (method === "notifications/cancelled") this.operations.cancelledByServer(params);
  }

  requested(request: RpcRequest): void {
    this.#wire.write(JSON.stringify(answerTo(request)));
  }

  puzzled(): void {
    this.#settings.stats.messages.invalid++;
    this.#settings.publish({ type: "dropped", what: "messages.invalid" });
  }

  notify(json: string): void {
    if (this.#service === "ready") this.#wire.write(json);
  }

  // The handshake

  #shakeHands(): void {
    const { version, clientInfo, capabilities } = this.#settings;
    this.#handshakeId = ++this.#lastId;
    this.#wire.write(JSON.stringify(legacy.initialize(this.#handshakeId, version, clientInfo, capabilities)));
  }

  #agree(server: ServerInfo): void {
    this.#trouble.clear();
    this.#server = server;
    this.#wire.write(JSON.stringify(legacy.initialized()));
    this.#feed("agreed");
  }

  // The end

  async terminate(reason: ExitReason): Promise<void> {
    this.#settings.publish({ type: "detached" });
    const failure: Failure = isOrderly(reason)
      ? { code: "CONNECTION_CLOSED", message: "The client was closed before the answer came" }
      : this.#trouble.defect(reason);
    const settled = this.operations.closeAll(failure);
    // A machine that a defect has stopped hears nothing any more.
    if (this.#machine.snapshot.status === "active") this.#machine.send({ type: "close" });
    await settled;
    if (this.#transport?.alive === true) await this.#transport[Symbol.asyncDispose]();
  }
}

async function attempt<T>(make: () => T | Promise<T>): Promise<T> {
  return await make();
}
