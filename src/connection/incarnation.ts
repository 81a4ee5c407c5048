import { isOrderly, type Outcome, type Process, type Self } from "../../actors/index.js";
import type { TransportDefinition, TransportEnd, TransportNews, TransportRef } from "../transport/transport.js";
import { attempt } from "./attempt.js";
import { reportNews } from "./report-news.js";
import type { ConnectionSettings } from "./settings.js";
import { endOf } from "./trouble.js";
import type { Wire } from "./wire.js";

type IncarnationSettings = Pick<ConnectionSettings, "openTransport" | "nextIncarnation" | "reporter">;

/** A transport has been made, or could not be; as mail. */
export interface Made {
  readonly type: "made";
  readonly incarnation: number;
  readonly outcome: Outcome<TransportDefinition>;
}

/** What an incarnation tells the connection. */
export interface IncarnationShell {
  begun(number: number): void;
  /** There is no transport, and there will be none. */
  failed(end: TransportEnd): void;
}

/** The transport of the moment: made anew for every life, owned by the connection, one at a time. */
export class Incarnation {
  readonly #self: Self<TransportNews | Made>;
  readonly #settings: IncarnationSettings;
  readonly #wire: Wire;
  readonly #shell: IncarnationShell;
  #transport: TransportRef | undefined = undefined;
  #disposer: (() => unknown) | undefined = undefined;
  /** Whether the transport of this incarnation is still to come. */
  #isMaking = false;
  #number = 0;

  constructor(self: Self<TransportNews | Made>, settings: IncarnationSettings, wire: Wire, shell: IncarnationShell) {
    this.#self = self;
    this.#settings = settings;
    this.#wire = wire;
    this.#shell = shell;
  }

  /** Which life it is; the first is 1. */
  get number(): number {
    return this.#number;
  }

  /** Whether news are of now, and so for the connection to act on: others are late. Those of now are told. */
  hears(news: TransportNews): boolean {
    if (news.incarnation !== this.#number || this.#transport === undefined) return false;
    reportNews(this.#settings.reporter, news);
    return true;
  }

  isCarriedBy(process: Process | undefined): boolean {
    return process !== undefined && process === this.#transport;
  }

  /** Begins the next life; a transport that only could not reach its server goes on. */
  open(): void {
    // It may still hold answers to earlier requests.
    if (this.#transport?.alive === true) {
      this.#wire.reopen();
      return;
    }
    const incarnation = this.#settings.nextIncarnation();
    this.#number = incarnation;
    this.#shell.begun(incarnation);
    if (incarnation > 1) this.#settings.reporter.restarted("transport", incarnation);
    this.#isMaking = true;
    const made = attempt(this.#settings.openTransport);
    this.#self.pipe(made, (outcome) => ({ type: "made", incarnation, outcome }));
  }

  made({ incarnation, outcome }: Made): void {
    // What was too slow to make is of an incarnation that is gone.
    if (incarnation !== this.#number || !this.#isMaking) return;
    this.#isMaking = false;
    const { reporter } = this.#settings;
    if (!outcome.ok) {
      reporter.troubled(incarnation, "open");
      this.#shell.failed({ message: "The transport could not be made: see `cause`", cause: outcome.error });
      return;
    }
    const transport = this.#self.spawnLink(
      outcome.value,
      { connection: this.#self.process, incarnation },
      { label: `transport #${incarnation}` },
    );
    this.#transport = transport;
    // However the connection ends, the transport and all it owns is gone before anybody hears of it.
    this.#disposer = this.#self.own(() => {
      transport.exit("kill");
      return transport.exited;
    });
    this.#wire.attach(transport, incarnation, reporter);
    void transport.exited.then((reason) => {
      const { exitCode, signal } = endOf(reason);
      reporter.disconnected(incarnation, {
        isOrderly: typeof reason === "string" && isOrderly(reason),
        exitCode,
        signal,
      });
    });
  }

  /** Ends this life at once. Its end is told as every other one is. */
  drop(): void {
    if (this.#transport !== undefined) {
      this.#transport.exit("kill");
      return;
    }
    // It is still being made: there is nothing whose end could be waited for.
    const error = new Error("It took too long");
    this.#self.process.send({ type: "made", incarnation: this.#number, outcome: { ok: false, error } });
  }

  /** Its transport has ended. */
  forget(): void {
    if (this.#disposer !== undefined) this.#self.disown(this.#disposer);
    this.#disposer = undefined;
    this.#transport = undefined;
  }

  /** Ends this life in order; resolves when nothing of it is left. */
  async end(): Promise<void> {
    if (this.#transport?.alive === true) await this.#transport[Symbol.asyncDispose]();
  }
}
