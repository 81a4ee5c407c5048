import { type Process, type Self, shutdownWith } from "../../actors/index.js";
import { isRecord } from "../../src/protocol/message.js";
import type { ScriptData } from "../../src/testing/index.js";
import { ScriptedPeer, type UsedRules } from "../../src/testing/scripted-peer.js";
import { LineSplitter } from "../../src/transport/lines.js";
import type {
  Frame,
  HttpTransportProtocol,
  RequestFailure,
  TransportNews,
  TransportSetup,
} from "../../src/transport/transport.js";
import type { Greeting, Opening } from "./program.js";
import { isOfOldRevision, refusalOf } from "./refusals.js";
import { numberOf } from "./traffic.js";

type Untagged<N> = N extends unknown ? Omit<N, "incarnation"> : never;
type Message = Readonly<Record<string, unknown>>;

/** A message of the client's that has reached the server, and whether the server acted on it. */
export interface Arrival {
  readonly incarnation: number;
  readonly text: string;
  readonly message: Message | undefined;
  readonly isActedOn: boolean;
}

/** What the simulated transport takes. */
export interface Simulated extends HttpTransportProtocol {
  info: { readonly type: "run"; readonly task: () => void } | { readonly type: "die"; readonly message: string };
}

/** How long a server that was unplugged cannot be reached. Milliseconds. */
const UNPLUGGED = 150;
/** How long one takes that is late. Milliseconds. */
export const LATE = 6_000;

export interface IncarnationParts {
  readonly script: ScriptData;
  readonly wire: "pipe" | "http";
  /** Milliseconds that it takes to close. */
  readonly closeIn: number;
  readonly log: (line: () => string) => void;
  readonly setup: TransportSetup;
  readonly self: Self<Simulated["info"]>;
  readonly arrivals: Arrival[];
  readonly used: UsedRules;
  readonly opening: Opening;
  /** What becomes of the next opening question. */
  readonly greeting: () => Greeting;
}

/** One life of a simulated server. */
export class Incarnation {
  readonly #parts: IncarnationParts;
  readonly #self: Self<Simulated["info"]>;
  readonly #peer: ScriptedPeer;
  readonly #lines = new LineSplitter();
  readonly #inbox: Frame[] = [];
  #isReading = true;
  /** Until when it cannot be reached, on the runtime's clock. */
  #pluggedInAt = Number.NEGATIVE_INFINITY;
  #isUnreachable = false;

  constructor(parts: IncarnationParts) {
    this.#parts = parts;
    const { self, opening, closeIn } = parts;
    this.#self = self;
    this.#peer = this.#makePeer();
    if (closeIn > 0) self.own(() => new Promise<void>((resolve) => self.runtime.clock.setTimer(closeIn, resolve)));
    if (opening === "dead") self.process.send({ type: "die", message: "The server exited with code 1" });
    else if (opening === "late") this.#after(LATE, () => this.#opened());
    else if (opening !== "never") this.#opened();
  }

  die(message: string): void {
    this.#parts.log(() => `server       #${this.#parts.setup.incarnation} ends: ${message}`);
    this.#self.exit(shutdownWith({ message, exitCode: 1, signal: null, stderr: [] }));
  }

  write(frame: Frame): void {
    if (this.#parts.wire === "http") this.#read(frame);
    else {
      this.#inbox.push(frame);
      this.#readAll();
    }
  }

  /** Only over HTTP: whether the server is there again. */
  reopen(): void {
    if (!this.#isUnreachable) return;
    this.#isUnreachable = false;
    if (this.#now < this.#pluggedInAt) this.#after(1, () => this.#unreachable());
    else this.#opened();
  }

  // Out

  #opened(): void {
    this.#tell({ type: "opened", wire: this.#parts.wire });
  }

  #tell(news: Untagged<TransportNews>): void {
    const { connection, incarnation } = this.#parts.setup;
    (connection as Process<unknown>).send({ ...news, incarnation });
  }

  #say(text: string): void {
    this.#parts.log(() => `server       #${this.#parts.setup.incarnation} writes ${text.trimEnd()}`);
    this.#lines.push(Buffer.from(text), (line) => {
      const value = parse(line);
      this.#tell(value === undefined ? { type: "noise", line } : { type: "received", value });
    });
  }

  #makePeer(): ScriptedPeer {
    const { script, used, setup } = this.#parts;
    const ground = {
      write: (text: string) => this.#say(text),
      log: (line: string) => this.#tell({ type: "stderr", line }),
      die: () => this.die("The server was ended by SIGKILL"),
      wait: (ms: number) => new Promise<void>((resume) => this.#after(ms, resume)),
      read: (isReading: boolean) => {
        // Over HTTP nobody can stop reading what is yet to be posted.
        this.#isReading = isReading || this.#parts.wire === "http";
        if (isReading) this.#self.process.send({ type: "run", task: () => this.#readAll() });
      },
      leaveBehind: () => undefined,
    };
    // Its tasks' ids are its own, also among those of its earlier lives.
    return new ScriptedPeer(script, ground, used, `life ${setup.incarnation}`);
  }

  // In

  #readAll(): void {
    for (let frame = this.#inbox[0]; frame !== undefined && this.#self.process.alive; frame = this.#inbox[0]) {
      if (!this.#isReading) {
        this.#tell({ type: "stalled", begun: frame.sequence });
        return;
      }
      this.#inbox.shift();
      this.#read(frame);
    }
  }

  #read({ text, sequence, head }: Frame): void {
    const { setup, wire } = this.#parts;
    this.#tell({ type: "accepted", upTo: sequence });
    const message = parse(text);
    if (wire === "http" && head.kind === "request") {
      if (this.#now < this.#pluggedInAt) {
        this.#outOfReach(head.id);
        return;
      }
    }
    const refusal = refusalOf(message, setup.incarnation, wire);
    this.#note(text, message, refusal?.failure.outcome);
    if (message === undefined) {
      this.#say('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}\n');
    } else if (refusal === undefined) this.#take(message);
    else {
      if (refusal.isForgotten) this.#tell({ type: "forgotten" });
      if (refusal.isUnplugged) this.#unplug();
      this.#fail(refusal.id, refusal.failure);
    }
  }

  #note(text: string, message: Message | undefined, outcome: RequestFailure["outcome"] | undefined): void {
    const isRefused = outcome === "not_sent" || outcome === "rejected" || isOfOldRevision(message);
    const isActedOn = message !== undefined && !isRefused;
    this.#parts.arrivals.push({ incarnation: this.#parts.setup.incarnation, text, message, isActedOn });
  }

  #take(message: Message): void {
    const { method, id } = message;
    const isOpening = (method === "initialize" || method === "server/discover") && numberOf(message) === undefined;
    const greeting = isOpening ? this.#parts.greeting() : "well";
    switch (greeting) {
      case "well":
        this.#peer.receive(message);
        return;
      case "die":
        this.die("The server exited with code 2");
        return;
      case "stall":
        return;
      case "garbage":
        this.#answer({ id, result: "nonsense" });
        return;
      case "refuse":
        this.#answer({ id, error: { code: -32_021, message: "No", data: { requiredCapabilities: {} } } });
        return;
      case "foreign":
        if (method === "initialize") this.#answer({ id, result: FOREIGN });
        else this.#answer({ id, error: { code: -32_601, message: "Method not found" } });
        return;
      case "late":
        this.#after(LATE, () => this.#peer.receive(message));
        return;
      case "unplug":
        if (this.#parts.wire === "pipe") this.die("The server exited with code 3");
        else {
          this.#unplug();
          this.#outOfReach(id);
        }
        return;
    }
  }

  #answer(rest: Message): void {
    this.#say(`${JSON.stringify({ jsonrpc: "2.0", ...rest })}\n`);
  }

  // Out of reach

  #unplug(): void {
    this.#pluggedInAt = this.#now + UNPLUGGED;
    this.#unreachable();
  }

  #unreachable(): void {
    if (this.#isUnreachable) return;
    this.#isUnreachable = true;
    this.#tell({ type: "unreachable", end: { message: "The server could not be reached" } });
  }

  #outOfReach(id: unknown): void {
    this.#unreachable();
    const { incarnation } = this.#parts.setup;
    const message = "The server could not be reached";
    this.#fail(id, { outcome: "not_sent", failure: { code: "CONNECTION_LOST", message, loss: { incarnation } } });
  }

  #fail(id: unknown, failure: RequestFailure): void {
    this.#parts.log(
      () => `server       #${this.#parts.setup.incarnation} fails ${String(id)}: ${failure.failure.code}`,
    );
    if (typeof id === "number" || typeof id === "string") this.#tell({ type: "failed", id, ...failure });
  }

  get #now(): number {
    return this.#self.runtime.clock.now();
  }

  #after(ms: number, task: () => void): void {
    this.#self.sendAfter(ms, { type: "run", task });
  }
}

const FOREIGN = { protocolVersion: "1999-01-01", capabilities: {}, serverInfo: { name: "old", version: "0" } };

function parse(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
