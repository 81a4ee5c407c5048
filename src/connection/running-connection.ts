import { type ExitMessage, type ExitReason, isOrderly, type MachineTimer, type Self } from "../../actors/index.js";
import type { OperationNews } from "../operation/process.js";
import type { Failure } from "../protocol/failure.js";
import {
  namelessErrorOf,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../protocol/message.js";
import type { TransportEnd, TransportNews } from "../transport/transport.js";
import { type Answered, Answers } from "./answers.js";
import { backoffDelay } from "./backoff.js";
import type { Agreement } from "./departures.js";
import { Handshake, type Verdict } from "./handshake.js";
import { type Beat, Heartbeat } from "./heartbeat.js";
import { type HostedLifecycle, hostLifecycle } from "./hosted-lifecycle.js";
import { type Receiver, route } from "./inbound.js";
import { Incarnation, type Made } from "./incarnation.js";
import type { LifecycleEvent } from "./lifecycle.js";
import { Operations, type OperationsMail } from "./operations.js";
import type { ConnectionRef, Notice } from "./protocol.js";
import type { ConnectionSettings, ServiceState } from "./settings.js";
import { isAboutTask } from "./tasks.js";
import { endOf, lastOf, Trouble } from "./trouble.js";
import { Wire } from "./wire.js";

/** The probe of an opening conversation has been open for long. */
interface ProbeLimit {
  readonly type: "probeLimit";
  readonly turn: number;
}

/** What a connection's process hears beside what it is asked. */
export type ConnectionMail =
  | TransportNews
  | OperationNews
  | OperationsMail
  | Answered
  | MachineTimer
  | Made
  | Beat
  | ProbeLimit;

/** What a connection's process does and knows. */
export class RunningConnection implements Receiver {
  readonly operations: Operations;
  readonly answers: Answers;
  readonly heartbeat: Heartbeat;
  readonly handshake: Handshake;
  readonly #self: Self<ConnectionMail>;
  readonly #settings: ConnectionSettings;
  readonly #wire = new Wire();
  readonly #machine: HostedLifecycle;
  readonly #incarnation: Incarnation;
  #lastId = 0;
  /** Incarnations in a row that did not stay ready for long. */
  #failures = 0;
  #service: ServiceState = "starting";
  readonly #trouble = new Trouble();
  /** What it said of itself; set once the handshake is done. */
  #agreement: Agreement | undefined = undefined;

  constructor(settings: ConnectionSettings, self: Self<ConnectionMail>) {
    this.#settings = settings;
    this.#self = self;
    this.operations = new Operations(self as unknown as Self<OperationNews | OperationsMail>, settings, this.#wire, {
      nextId: () => this.#nextId(),
      renegotiate: () => this.#renegotiate(),
    });
    this.#incarnation = new Incarnation(self as unknown as Self<TransportNews | Made>, settings, this.#wire, {
      begun: (number) => this.#trouble.begin(number),
      failed: (end) => this.#lose(end),
    });
    this.handshake = new Handshake(settings, {
      nextId: () => this.#nextId(),
      write: (text, head) => this.#wire.write(text, head),
      abandon: (id) => this.#wire.abandon(id),
      limitIn: (ms, turn) => self.sendAfter(ms, { type: "probeLimit", turn }),
      decided: (verdict) => this.#decided(verdict),
      contradicted: () => this.#contradicted(),
    });
    this.heartbeat = new Heartbeat(self as unknown as Self<Beat>, settings, this.#wire, {
      nextId: () => this.#nextId(),
      isAwaited: (before) => this.operations.isAwaited(before),
      dead: (after) => {
        this.#trouble.silent(after);
        this.#incarnation.drop();
      },
    });
    this.answers = new Answers({
      answer: settings.answer,
      pipe: (answer, toMail) => self.pipe(answer, toMail),
      write: (text) => {
        const headers = this.#agreement?.codec.headers("", undefined) ?? {};
        this.#wire.write(text, { kind: "response", headers });
      },
      hold: (via) => this.operations.hold(via),
      failed: (method, cause) =>
        settings.publish({ type: "warning", message: `The client could not answer ${method}`, cause }),
    });
    this.#machine = hostLifecycle(self as unknown as Self<MachineTimer>, settings, {
      openTransport: () => this.#incarnation.open(),
      shakeHands: () => this.handshake.begin(),
      dropTransport: () => {
        this.handshake.timedOut();
        this.#trouble.timedOut(settings.handshakeLimit);
        this.#incarnation.drop();
      },
      openOutbox: () => this.#agreement !== undefined && this.operations.departures.open(this.#agreement),
      closeOutbox: () => this.operations.departures.close(),
      failWaiting: () => this.operations.failWaiting(this.#trouble.absence),
      forgiveFailures: () => {
        this.#failures = 0;
      },
      backoff: () => this.#backoff(),
    });
  }

  start(): void {
    this.#settings.publish({ type: "attached", connection: this.#self.process as unknown as ConnectionRef });
    this.#machine.start();
  }

  describe(): Readonly<Record<string, unknown>> {
    const { waiting, inFlight } = this.operations.counts;
    return { state: this.#service, incarnation: this.#incarnation.number, waiting, inFlight };
  }

  /** Why no operation can be taken in now; `undefined` when it can. */
  refusal(): Failure | undefined {
    return this.#service === "down" ? this.#trouble.absence : undefined;
  }

  #nextId(): number {
    return ++this.#lastId;
  }

  // The lifecycle

  fire(timer: MachineTimer): void {
    this.#machine.fire(timer);
    this.#tellState();
  }

  #feed(type: Exclude<LifecycleEvent["type"], "close">): void {
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
    if (service === "ready" && this.#agreement !== undefined) {
      const { server } = this.#agreement;
      this.#settings.publish({ type: "ready", server, incarnation: this.#incarnation.number });
    }
  }

  #backoff(): number {
    const { backoff, random } = this.#settings;
    const wait = this.#service === "down" ? backoff.max : backoffDelay(backoff, this.#failures, random());
    this.#trouble.retryAt = Math.round(this.#self.runtime.clock.date() + wait);
    return wait;
  }

  // The transport

  made(made: Made): void {
    this.#incarnation.made(made);
  }

  /** A trapped exit signal: the transport's, an operation's, or that of somebody who has no business here. */
  exited({ process, reason }: ExitMessage): void {
    if (this.#incarnation.isCarriedBy(process)) this.#lose(endOf(reason));
    else this.operations.exited(process, reason === "normal" ? undefined : this.#trouble.defect(reason));
  }

  #lose(end: TransportEnd): void {
    this.#incarnation.forget();
    const isUsedOnce = this.#settings.isUsedOnce === true;
    if (this.handshake.lost() && !isUsedOnce) {
      // It was not ready yet, so nobody has to know.
      this.operations.lost(this.#trouble.absence);
      this.answers.abandon(this.#trouble.latest);
      this.#wire.detach();
      this.#feed("unprobed");
      return;
    }
    if (isUsedOnce) this.#apart(lastOf(end), "spent");
    else this.#apart(end, "lost");
    this.operations.lost(this.#trouble.absence);
    // What could be repeated has nowhere to go.
    if (isUsedOnce) this.operations.failWaiting(this.#trouble.absence);
    this.answers.abandon(this.#trouble.latest);
    this.#wire.detach();
    this.#tell("lost", this.#trouble.latest);
  }

  /** There is no way to the server now; what is under way may still be answered. */
  #unreachable(end: TransportEnd): void {
    this.#apart(end, "unreachable");
    this.#tell("lost", this.#trouble.latest);
  }

  #apart(end: TransportEnd, event: "lost" | "spent" | "unreachable"): void {
    this.#failures++;
    this.handshake.giveUp();
    this.heartbeat.end();
    this.#agreement = undefined;
    this.#trouble.lose(end);
    this.#feed(event);
  }

  /** The session is gone, or the revision: what is under way goes on, and a new handshake is made beside it. */
  #renegotiate(): void {
    this.heartbeat.end();
    this.#agreement = undefined;
    this.#feed("forgotten");
  }

  /** Where every message travels by itself, nothing of the wrong era is left behind; and not every transport can be made anew. */
  #contradicted(): void {
    if (this.#wire.isHttp || this.#settings.isUsedOnce === true) return;
    const message = "The server is of another era than it seemed to be, so it is started anew";
    this.operations.departures.whenIdle(() => {
      this.#trouble.refuse({ code: "CONNECTION_LOST", message, loss: { incarnation: this.#incarnation.number } });
      this.#feed("contradicted");
    });
  }

  #tell(type: "lost" | "down", failure: Failure): void {
    this.#settings.publish({ type, failure, retryAt: this.#trouble.retryAt });
  }

  // What comes in

  hear(news: TransportNews): void {
    // Mail of an incarnation that is gone.
    if (!this.#incarnation.hears(news)) return;
    if (news.type === "received" || news.type === "noise" || news.type === "failed") this.heartbeat.heard();
    switch (news.type) {
      case "received":
        this.#hearSign(news.value);
        route(news.value, this, news.via);
        return;
      case "accepted":
        this.#wire.accepted(news.upTo);
        this.operations.departures.accepted(news.upTo);
        return;
      case "stalled":
        this.#wire.stalled(news.begun);
        this.operations.departures.look();
        return;
      case "opened":
        this.#wire.isHttp = news.wire === "http";
        this.#feed("opened");
        return;
      case "failed":
        if (!this.handshake.failed(news.id, news.failure)) this.operations.failed(news);
        return;
      case "refused":
        this.answers.refuse(news.id, news.error);
        return;
      case "forgotten":
        this.#renegotiate();
        return;
      case "unreachable":
        this.#unreachable(news.end);
        return;
      case "warning":
        this.#settings.publish({ type: "warning", message: news.message, cause: news.cause });
        return;
      case "stderr":
        this.handshake.heard();
        this.#settings.publish({ type: "stderr", line: news.line });
        return;
      case "noise":
        this.handshake.heard();
        this.puzzled();
        return;
    }
  }

  #hearSign(value: unknown): void {
    this.handshake.heard();
    const error = this.#agreement === undefined ? namelessErrorOf(value) : undefined;
    if (error !== undefined) this.handshake.refusedNamelessly(error);
  }

  responded(response: RpcResponse): void {
    if (this.heartbeat.owns(response.id)) return;
    if (!this.handshake.responded(response)) this.operations.answered(response, this.#lastId);
  }

  noticed(notification: RpcNotification): void {
    const { method, params } = notification;
    if (method === "notifications/progress") this.operations.progressed(params);
    else if (isAboutTask(method, params) && this.operations.taskNoticed(params)) return;
    else if (method !== "notifications/cancelled")
      this.#settings.publish({ type: "notification", notification, token: this.operations.streamOf(params) });
    else if (!this.answers.cancelledByServer(params)) this.operations.cancelledByServer(params);
  }

  requested(request: RpcRequest, via: RequestId | undefined): void {
    if (this.#agreement?.codec.hasServerRequests === false) this.puzzled();
    else this.answers.requested(request, via);
  }

  puzzled(): void {
    this.#settings.stats.messages.invalid++;
    this.#settings.publish({ type: "dropped", what: "messages.invalid" });
  }

  notify({ method, text }: Notice): void {
    const codec = this.#agreement?.codec;
    if (this.#service !== "ready" || codec === undefined || !codec.carries(method)) return;
    this.#wire.write(text, { kind: "notification", method, headers: codec.headers(method, undefined) });
  }

  #decided(verdict: Verdict): void {
    if (verdict.agreed) {
      this.#trouble.clear();
      this.#agreement = verdict;
      this.heartbeat.begin(verdict.codec);
      this.#feed("agreed");
    } else {
      this.#trouble.refuse(verdict.failure);
      this.#feed("refused");
    }
  }

  // The end

  async terminate(reason: ExitReason): Promise<void> {
    this.#settings.publish({ type: "detached" });
    const failure: Failure = isOrderly(reason)
      ? { code: "CONNECTION_CLOSED", message: "The client was closed before the answer came" }
      : this.#trouble.defect(reason);
    const settled = this.operations.closeAll(failure);
    this.answers.abandon(failure);
    // A machine that a defect has stopped hears nothing any more.
    if (this.#machine.snapshot.status === "active") this.#machine.send({ type: "close" });
    await settled;
    await this.#incarnation.end();
  }
}
