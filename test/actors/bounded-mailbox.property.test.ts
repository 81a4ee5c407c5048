import fc from "fast-check";
import { expect, test } from "vitest";
import type { Behaviour, Inspection, Mail, MailboxOptions, Monitor, Process, Self } from "../../actors/index.js";
import { type TestRuntime, testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

/** Reads as many messages as it is told, and holds the rest. */
class Reader implements Behaviour {
  readonly read: unknown[] = [];
  #left = 1;
  #open: () => void = () => {};

  receive({ payload }: Mail): Promise<void> | undefined {
    this.read.push(idOf(payload));
    if (--this.#left > 0) return undefined;
    return new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  take(count: number): void {
    this.#left = count;
    this.#open();
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: "send" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "down" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "flush" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "timer" } as const) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const), count: fc.integer({ min: 1, max: 4 }) }) },
);

/** What was passed over in the search for the oldest has been read when the oldest is looked for again. */
const readBetween: Step[] = [
  { do: "down" },
  { do: "send" },
  { do: "send" },
  { do: "read", count: 1 },
  { do: "send" },
  { do: "send" },
];

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What a mailbox of this kind is: a list of which some count. */
class Model {
  unread: { readonly id: unknown; readonly counts: boolean }[] = [];
  readonly read: unknown[] = ["begin"];
  readonly dropped: unknown[] = [];
  readonly #limit: number;
  readonly #overflow: "dropNewest" | "dropOldest";

  constructor(limit: number, overflow: "dropNewest" | "dropOldest") {
    this.#limit = limit;
    this.#overflow = overflow;
  }

  send(id: number): void {
    const counted = this.unread.filter(({ counts }) => counts);
    if (counted.length < this.#limit) {
      this.unread.push({ id, counts: true });
    } else if (this.#overflow === "dropNewest") {
      this.dropped.push(id);
    } else {
      this.dropped.push(counted[0]?.id);
      this.unread = [...this.unread.filter((one) => one !== counted[0]), { id, counts: true }];
    }
  }

  keep(id: unknown): void {
    this.unread.push({ id, counts: false });
  }

  flush(id: unknown): void {
    this.unread = this.unread.filter((one) => one.id !== id);
  }

  take(count: number): void {
    this.read.push(...this.unread.splice(0, count).map(({ id }) => id));
  }
}

/** The real mailbox and the model of it, and what can be done to both. */
class Pair {
  readonly reader = new Reader();
  readonly model: Model;
  readonly dropped: unknown[] = [];
  readonly #stage: TestRuntime;
  readonly #monitors: Monitor[] = [];
  #self: Self<unknown> | undefined;
  #dead: Process | undefined;

  constructor(limit: number, overflow: "dropNewest" | "dropOldest") {
    this.model = new Model(limit, overflow);
    const onInspect = (event: Inspection) => event.type === "drop" && this.dropped.push(event.mail.payload);
    this.#stage = testRuntime({ onInspect });
  }

  async begin(mailbox: MailboxOptions): Promise<void> {
    const { runtime, clock } = this.#stage;
    this.#dead = (await puppet(runtime)).process;
    this.#dead.exit("kill");
    const create = (self: Self): Behaviour => {
      this.#self = self as unknown as Self<unknown>;
      return this.reader;
    };
    await runtime.start({ label: "reader", type: "worker", create }, undefined, { mailbox });
    this.#self?.process.send("begin");
    await clock.settle();
  }

  async perform(one: Step, id: number): Promise<void> {
    switch (one.do) {
      case "send":
        this.#self?.process.send(id);
        return this.model.send(id);
      case "down":
        this.#monitors.push(this.#self?.monitor(this.#dead as Process) as Monitor);
        return this.model.keep(this.#monitors.at(-1));
      case "flush":
        return this.#flush(this.#monitors.shift());
      case "timer":
        this.#self?.sendAfter(0, id);
        await this.#stage.clock.advance(0);
        return this.model.keep(id);
      case "read":
        return await this.take(Math.min(one.count, this.model.unread.length));
    }
  }

  get unread(): number | undefined {
    return this.#stage.runtime.tree()[0]?.mailbox;
  }

  async take(count: number): Promise<void> {
    if (count > 0) this.reader.take(count);
    this.model.take(count);
    await this.#stage.clock.settle();
  }

  #flush(monitor: Monitor | undefined): void {
    if (monitor !== undefined) this.#self?.demonitor(monitor, { flush: true });
    this.model.flush(monitor);
  }
}

test("a bounded mailbox is a list that drops one end of what counts, whatever else is in it", async () => {
  const limit = fc.integer({ min: 1, max: 4 });
  const overflow = fc.constantFrom("dropNewest" as const, "dropOldest" as const);
  await fc.assert(
    fc.asyncProperty(fc.record({ limit, overflow }), fc.array(step, { maxLength: 60 }), async (mailbox, program) => {
      const pair = new Pair(mailbox.limit, mailbox.overflow);
      await pair.begin(mailbox);
      for (const [index, one] of program.entries()) {
        await pair.perform(one, index);
        expect(pair.unread).toBe(pair.model.unread.length);
        expect(pair.dropped).toEqual(pair.model.dropped);
      }
      await pair.take(pair.model.unread.length);
      expect(pair.reader.read).toEqual(pair.model.read);
    }),
    { numRuns: 500, examples: [[{ limit: 1, overflow: "dropOldest" }, readBetween]] },
  );
});

function idOf(payload: unknown): unknown {
  return (payload as { monitor?: unknown }).monitor ?? payload;
}
