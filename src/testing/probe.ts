import {
  type Behaviour,
  type Definition,
  type DownMessage,
  type ExitReason,
  type Mail,
  MailKind,
  type Process,
  type Runtime,
  type Self,
  type SystemMessage,
  spawn,
  type VirtualClock,
} from "../../actors/index.js";

/** How long {@link Probe.next} looks. */
export interface WithinOptions {
  /** Milliseconds of virtual time that may pass meanwhile; default 0: only what can run now runs. */
  readonly within?: number | undefined;
}

/**
 * A process for tests that keeps everything it is sent: give it to whoever sends, then take out what came. It waits in
 * virtual time, so that a message that does not come is an error at once and never a test that hangs.
 *
 * ```ts
 * const { runtime, clock, probe } = testRuntime();
 * const replies = probe<string>();
 * const worker = await runtime.start(echo, replies.process);
 * expect(await replies.next({ within: 1_000 })).toBe("hello");
 * ```
 */
export class Probe<M> {
  readonly process: Process<M>;
  /** What came and has not been taken, oldest first. */
  readonly waiting: (M | DownMessage)[] = [];
  readonly #clock: VirtualClock;
  readonly #inside: Inside;

  /** Use the `probe` of `testRuntime`. */
  constructor(runtime: Runtime, clock: VirtualClock) {
    this.#clock = clock;
    this.#inside = { take: (message) => this.waiting.push(message as M | DownMessage), self: undefined };
    this.process = spawn(runtime, definition, this.#inside) as Process<M>;
  }

  /**
   * The oldest message that has not been taken; lets run what can run, and time pass up to `within`.
   *
   * @throws when none comes.
   */
  async next({ within = 0 }: WithinOptions = {}): Promise<M | DownMessage> {
    const end = this.#clock.now() + within;
    await this.#clock.settle();
    while (this.waiting.length === 0 && (await this.#moveOn(end)));
    const message = this.waiting.shift();
    if (message === undefined) throw new Error(`Expected the probe to get a message within ${within} ms, got none`);
    return message;
  }

  /** Waits for the end of a process: its reason. Lets time pass up to `within`. @throws when it does not end. */
  async expectEnd(process: Process, { within = 0 }: WithinOptions = {}): Promise<ExitReason> {
    let reason: { readonly value: ExitReason } | undefined;
    void process.exited.then((value) => {
      reason = { value };
    });
    const end = this.#clock.now() + within;
    await this.#clock.settle();
    while (reason === undefined && (await this.#moveOn(end)));
    if (reason === undefined) throw new Error(`Expected ${process.label} to end within ${within} ms`);
    return reason.value;
  }

  /** Has the probe monitor a process: its DOWN comes like a message. */
  async watch(process: Process): Promise<void> {
    await this.#clock.settle();
    this.#inside.self?.monitor(process);
  }

  /** Lets everything run and `ms` milliseconds pass, and makes sure that nothing came. @throws when something did. */
  async expectNothing(ms = 0): Promise<void> {
    await this.#clock.advance(ms);
    if (this.waiting.length > 0) {
      throw new Error(`Expected the probe to get nothing within ${ms} ms, got ${this.waiting.length} messages`);
    }
  }

  /** To the next timer, unless that is after `end`. */
  async #moveOn(end: number): Promise<boolean> {
    const due = this.#clock.nextDue;
    if (due === undefined || due > end) {
      await this.#clock.advance(Math.max(0, end - this.#clock.now()));
      return false;
    }
    return await this.#clock.advanceToNext();
  }
}

/** What a probe and its process share. */
interface Inside {
  readonly take: (message: unknown) => void;
  self: Self | undefined;
}

const definition: Definition<Inside, Process<never>> = {
  label: "probe",
  type: "worker",
  create: (self, inside) => new ProbeProcess(self, inside),
};

class ProbeProcess implements Behaviour {
  readonly #self: Self;
  readonly #inside: Inside;

  constructor(self: Self, inside: Inside) {
    this.#self = self;
    this.#inside = inside;
    self.trapExit = true;
  }

  init(): void {
    this.#inside.self = this.#self;
  }

  receive(mail: Mail): void {
    if (mail.kind === MailKind.info || mail.kind === MailKind.down) this.#inside.take(mail.payload);
    else if (mail.kind === MailKind.system && (mail.payload as SystemMessage).order === "stop")
      this.#self.exit("shutdown");
  }
}
