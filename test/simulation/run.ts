import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type Inspection, MailKind, type Process, type VirtualClock } from "../../actors/index.js";
import { startClient } from "../../src/client/start.js";
import type { Client } from "../../src/index.js";
import { Faults, received, sent, type TestRuntime, testRuntime } from "../../src/testing/index.js";
import { Log } from "./log.js";
import { statesNow, watchMachine } from "./machine.js";
import { violationsOf } from "./model.js";
import type { Circumstances } from "./observed.js";
import { optionsOf } from "./options.js";
import { Player } from "./player.js";
import { find, labelOf, labels } from "./processes.js";
import { type Ending, LISTING, type Program, type Settings, type Slot } from "./program.js";
import { PERSISTENT, steered } from "./scenes.js";
import { SimulatedServer } from "./server.js";
import { Timing } from "./timing.js";
import { scriptOf } from "./tools.js";
import { Traffic } from "./traffic.js";

/** On which a client shows what it sends as it is. */
const RAW_CHANNEL = Symbol.for("caduceus.raw");

/** What a run has shown. */
export interface Outcome {
  /** What was not as promised; nothing when all is well. */
  readonly violations: readonly string[];
  readonly operations: number;
  readonly faults: readonly string[];
  readonly codes: readonly string[];
  readonly steps: readonly string[];
  readonly log: readonly string[];
}

/** Milliseconds of virtual time in which everything has to be well again, once nothing new goes wrong. */
const QUIET = 4 * 3_600_000;
/** Longer than every wait of the client's that has nothing to do with an operation. */
const REST = 6_000;

/** Plays a program on one virtual clock and one seed, and holds what it shows against what is promised. */
export async function play(program: Program, { isLogged = false } = {}): Promise<Outcome> {
  const run = new Run(program, isLogged);
  return await run.play();
}

class Run {
  readonly #program: Program;
  readonly #log: Log;
  readonly #clock: VirtualClock;
  readonly #stage: TestRuntime;
  readonly #timing: Timing;
  readonly #server: SimulatedServer;
  readonly #faults: Faults;
  readonly #traffic = new Traffic();
  readonly #steps: string[] = [];
  readonly #violations: string[] = [];
  readonly #settlements = new Map<unknown, number>();
  readonly #downs: [number, number][] = [];
  readonly #kills: number[] = [];
  #isClosing = false;

  constructor(program: Program, isLogged: boolean) {
    this.#program = { ...program, settings: steered(program.settings) };
    const { settings } = this.#program;
    this.#stage = testRuntime({ seed: settings.seed, onInspect: (event) => this.#inspect(event) });
    this.#clock = this.#stage.clock;
    this.#timing = new Timing(this.#clock);
    this.#log = new Log(this.#clock, isLogged);
    const { wire, openings, greetings, closeIn } = settings;
    const script = scriptOf(settings.era).data;
    this.#server = new SimulatedServer({ script, wire, openings, greetings, closeIn, log: this.#log.add });
    this.#faults = faultsOf(settings);
  }

  async play(): Promise<Outcome> {
    const { settings, slots } = this.#program;
    if (settings.ending === "starting") this.#server.persist("atOnce", "stall");
    watchMachine((states, event) => {
      this.#log.add(() => `machine      ${states.join(", ")}: ${event}`);
      this.#steps.push(...states.map((state) => `${state} × ${event}`));
    });
    const hear = (message: unknown) => this.#heard(message as { incarnation: number; text: string });
    subscribe(RAW_CHANNEL, hear);
    const rejected = (reason: unknown) => this.#violations.push(`a promise was rejected unheard: ${String(reason)}`);
    process.on("unhandledRejection", rejected);
    try {
      const client = await this.#connect();
      const player = new Player({
        client,
        clock: this.#clock,
        after: (ms, callback) => this.#timing.after(ms, callback),
        log: this.#log.add,
      });
      for (const slot of [LISTING, ...slots]) if (slot !== undefined) await this.#perform(slot, client, player);
      await this.#end(settings.ending, client, player);
      this.#judge(client, player);
      return this.#outcome(player);
    } finally {
      process.off("unhandledRejection", rejected);
      unsubscribe(RAW_CHANNEL, hear);
      watchMachine(undefined);
    }
  }

  async #connect(): Promise<Client> {
    const { settings } = this.#program;
    const make = this.#faults.around(() => this.#server.make((ms) => this.#timing.wait(ms)));
    const server = settings.isUsedOnce ? await make() : make;
    const options = optionsOf(settings, this.#stage.runtime, (ms) => this.#timing.wait(ms));
    const client = await startClient(server, options);
    client.on("state", (state) => {
      this.#log.add(() => `client       is ${state}`);
      if (state === "down") this.#downs.push([this.#clock.now(), Number.POSITIVE_INFINITY]);
      else if (this.#downs.at(-1)?.[1] === Number.POSITIVE_INFINITY) {
        const [from] = this.#downs.pop() as [number, number];
        this.#downs.push([from, this.#clock.now()]);
      }
    });
    client.on("lost", ({ error, retryAt }) =>
      this.#log.add(() => `client       lost it (${retryAt}): ${error.message}`),
    );
    client.on("dropped", ({ what }) => this.#log.add(() => `client       drops ${what}`));
    return client;
  }

  async #perform(slot: Slot, client: Client, player: Player): Promise<void> {
    player.begin(slot);
    for (let left = slot.turns; left > 0; left--) await Promise.resolve();
    if (slot.and !== undefined) this.#disturb(slot.and, client, player);
    await this.#clock.advance(slot.wait);
  }

  #disturb(what: NonNullable<Slot["and"]>, client: Client, player: Player): void {
    this.#log.add(() => `world        ${what}`);
    switch (what) {
      case "cancelAll":
        player.giveUpAll();
        client.cancelAll("program");
        return;
      case "abort":
        player.abortLatest();
        return;
      case "setRoots":
        client.setRoots([{ uri: `file:///${player.seen.length}` }]);
        return;
      case "killServer":
        this.#server.kill();
        return;
      case "killOperation":
        this.#kill("operation", (process) => process.exit("kill"));
        return;
      case "killConnection":
        this.#kill("connection", (process) => process.exit("kill"));
        return;
      case "crashConnection":
        // Mail that it cannot make sense of.
        this.#kill("connection", (process) => process.send({ type: "release" } as never));
        return;
    }
  }

  #kill(label: string, how: (process: Process) => void): void {
    const found = find(this.#stage.runtime.tree(), label);
    if (found === undefined) return;
    this.#kills.push(this.#clock.now());
    how(found);
  }

  // The end

  async #end(ending: Ending, client: Client, player: Player): Promise<void> {
    if (ending === "quiet") await this.#calmDown(client, player);
    else await this.#reach(ending);
    this.#isClosing = true;
    this.#log.add(() => `caller       closes the client, ${statesNow().join(", ")}`);
    await this.#pass(client.close());
    await this.#clock.settle();
    const { runtime } = this.#stage;
    if (runtime.size > 0) this.#violations.push(`closed, and there is ${labels(runtime.tree())}`);
    const { others } = this.#timing;
    if (others > 0) this.#violations.push(`closed, and there are ${others} timers`);
    this.#timing.stop();
    await this.#pass(runtime.stop());
  }

  async #pass(promise: Promise<unknown>): Promise<void> {
    const isSettled = await this.#timing.passUntil(promise);
    if (!isSettled) this.#violations.push("nothing is left to wait for, and a promise has not settled");
  }

  /** Has the connection come to where it is to be closed. */
  async #reach(ending: Exclude<Ending, "quiet">): Promise<void> {
    const [opening, greeting] = PERSISTENT[ending];
    if (ending !== "starting") this.#server.persist(opening, greeting);
    for (let left = 300; left > 0; left--) {
      if (statesNow().some((state) => state.endsWith(`.${ending}`))) return;
      if (statesNow()[0] === "link.ready") this.#server.kill();
      if (!(await this.#clock.advanceToNext())) return;
    }
  }

  /** Nothing new happens: everything settles, and a server that lives is ready again. */
  async #calmDown(client: Client, player: Player): Promise<void> {
    const end = this.#clock.now() + QUIET;
    const isWell = () => client.state === "ready" || this.#isSpent;
    for (let round = 0; round < 30; round++) {
      // The client has operations of its own, too: it lists the tools anew.
      const isQuiet = () => player.isIdle && isWell() && find(this.#stage.runtime.tree(), "operation") === undefined;
      while (!isQuiet() && this.#clock.now() < end && (await this.#clock.advanceToNext()));
      await this.#clock.advance(REST);
      // What is left of the faults may still meet this one.
      let isAnswered = false;
      const ping = client.ping({ timeout: REST, maxTimeout: 30_000 });
      const answered = () => {
        isAnswered = true;
      };
      await this.#pass(ping.then(answered, () => undefined));
      if (isQuiet() && (isAnswered || this.#isSpent)) break;
    }
    if (!player.isIdle) this.#violations.push("all is quiet, and an operation has not settled");
    if (!isWell()) this.#violations.push(`all is quiet, and the client is ${client.state}`);
    // Supervisor and connection; and the faulty transport with the server's own inside.
    const expected = client.state === "ready" ? 4 : 2;
    if (this.#stage.runtime.size > expected)
      this.#violations.push(`all is quiet, and there is ${labels(this.#stage.runtime.tree())}`);
  }

  /** A transport that is used once has ended: there is no other. */
  get #isSpent(): boolean {
    return statesNow().includes("link.spent");
  }

  #judge(client: Client, player: Player): void {
    const { settings } = this.#program;
    const circumstances: Circumstances = {
      settings,
      isCorrupted: this.#faults.log.some(({ fault }) => fault === "garble" || fault === "truncate"),
      downs: this.#downs,
      kills: this.#kills,
      isClosing: this.#isClosing,
    };
    this.#traffic.count(player.seen, this.#server.arrivals);
    for (const seen of player.seen) this.#violations.push(...violationsOf(seen, circumstances));
    for (const [process, times] of this.#settlements) {
      if (times > 1) this.#violations.push(`${String(process)} was settled ${times} times`);
    }
    const { started, settled } = client.stats.operations;
    if (started !== settled) this.#violations.push(`of ${started} operations ${settled} have settled, as it counts`);
    const crashed = this.#stage.crashes.filter(({ process }) => process.label !== "connection");
    for (const { process } of crashed) this.#violations.push(`${process.label} crashed`);
    const defects = this.#stage.crashes.length - crashed.length;
    if (defects > this.#kills.length) this.#violations.push(`the connection crashed ${defects} times`);
  }

  #outcome(player: Player): Outcome {
    const codes = player.seen.flatMap(({ settled }) => settled.flatMap(({ error }) => error?.code ?? []));
    return {
      violations: this.#violations,
      operations: player.seen.length,
      faults: this.#faults.log.map(({ fault }) => fault),
      codes,
      steps: this.#steps,
      log: this.#log.lines,
    };
  }

  // Hearing

  #inspect(event: Inspection): void {
    if (event.type !== "send") {
      this.#log.add(() => `process      ${event.type} ${"process" in event ? labelOf(event.process) : event.child}`);
      return;
    }
    const { process, mail, delivered } = event;
    if (!delivered || mail.kind !== MailKind.info || process.label !== "operation") return;
    if ((mail.payload as { readonly type?: unknown }).type !== "settle") return;
    const name = labelOf(process);
    this.#settlements.set(name, (this.#settlements.get(name) ?? 0) + 1);
  }

  #heard({ incarnation, text }: { readonly incarnation: number; readonly text: string }): void {
    this.#log.add(() => `client       #${incarnation} writes ${text}`);
    this.#traffic.written(incarnation, text);
  }
}

function faultsOf({ seed, faults }: Settings): Faults {
  const all = new Faults({ seed });
  for (const { direction, method, nth, probability, times, fault } of faults) {
    const rule = (direction === "sent" ? sent : received)(method).probability(probability).times(times);
    all.on(nth === undefined ? rule : rule.nth(nth), fault);
  }
  return all;
}
