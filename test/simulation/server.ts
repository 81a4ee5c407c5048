import { noreply, type Self, server } from "../../actors/index.js";
import type { ScriptData } from "../../src/testing/index.js";
import type { UsedRules } from "../../src/testing/scripted-peer.js";
import type { TransportDefinition, TransportSetup } from "../../src/transport/transport.js";
import { type Arrival, Incarnation, LATE, type Simulated } from "./incarnation.js";
import type { Greeting, Opening } from "./program.js";

export interface SimulatedServerOptions {
  readonly script: ScriptData;
  readonly wire: "pipe" | "http";
  readonly openings: readonly Opening[];
  readonly greetings: readonly Greeting[];
  readonly closeIn: number;
  readonly log: (line: () => string) => void;
}

/**
 * A scripted server in memory that also has the troubles of transports: it may open late or never, fail in its opening
 * conversation, be out of reach, forget its session, and close slowly. Over `http` every message travels by itself.
 */
export class SimulatedServer {
  readonly arrivals: Arrival[] = [];
  readonly #options: SimulatedServerOptions;
  readonly #used: UsedRules = new Map();
  readonly #openings: Opening[];
  readonly #greetings: Greeting[];
  #later: { readonly opening: Opening; readonly greeting: Greeting } = { opening: "atOnce", greeting: "well" };
  #current: Self<Simulated["info"]> | undefined = undefined;

  constructor(options: SimulatedServerOptions) {
    this.#options = options;
    this.#openings = [...options.openings];
    this.#greetings = [...options.greetings];
  }

  /** From now on, every incarnation opens like this, and every opening question is met like that. */
  persist(opening: Opening, greeting: Greeting): void {
    this.#openings.length = 0;
    this.#greetings.length = 0;
    this.#later = { opening, greeting };
  }

  /** Ends the incarnation of the moment, as a killed process would end. */
  kill(): void {
    this.#current?.process.send({ type: "die", message: "The server was killed" });
  }

  /** Makes the transport of the next incarnation. `after` waits on the run's clock. */
  make(after: (ms: number) => Promise<void>): TransportDefinition | Promise<TransportDefinition> {
    const opening = this.#openings.shift() ?? this.#later.opening;
    if (opening === "unmade") throw new Error("It cannot be made");
    const definition = this.#definition(opening);
    return opening === "unmadeLate" ? after(LATE).then(() => definition) : definition;
  }

  #definition(opening: Opening): TransportDefinition {
    const begin = (setup: TransportSetup, self: Self<Simulated["info"]>): Incarnation => {
      this.#current = self;
      const { arrivals } = this;
      const greeting = () => this.#greetings.shift() ?? this.#later.greeting;
      return new Incarnation({ ...this.#options, setup, self, arrivals, used: this.#used, opening, greeting });
    };
    return server<Simulated>("simulated transport")<Incarnation, TransportSetup>({
      init: begin,
      calls: {},
      casts: {
        write(frame, it) {
          it.write(frame);
          return noreply(it);
        },
        abandon: (_id, it) => noreply(it),
        reopen(_nothing, it) {
          it.reopen();
          return noreply(it);
        },
      },
      info(message, it) {
        if (message.type === "run") message.task();
        else if (message.type === "die") it.die(message.message);
        return noreply(it);
      },
    });
  }
}
