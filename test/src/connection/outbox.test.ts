import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outbox } from "../../../src/connection/outbox.js";
import { Pending, type Ticket } from "../../../src/connection/pending.js";
import { survivorsOf } from "../../support/gc.js";

const pendingOf = (priority = 0): Pending =>
  new Pending({ priority, token: "t" } as Ticket, { reply: () => undefined });

/** An outbox whose releases are accepted when the test says so. */
function setUp() {
  const released: Pending[] = [];
  let accept: (() => void) | undefined;
  const outbox = new Outbox((pending) => {
    released.push(pending);
    return new Promise<void>((resolve) => {
      accept = resolve;
    });
  });
  /** Lets p-queue do all it can. */
  const next = async () => {
    const current = accept;
    accept = undefined;
    current?.();
    await setImmediate();
  };
  return { outbox, released, next };
}

/** What the line should be: a list, sorted anew each time. */
class Model {
  list: Pending[] = [];
  readonly released: Pending[] = [];

  add(pending: Pending): void {
    this.#sort([...this.list, pending]);
  }

  putBack(pending: Pending): void {
    this.#sort([pending, ...this.list]);
  }

  remove(index: number): Pending | undefined {
    return this.list.splice(index, 1)[0];
  }

  next(): void {
    this.released.push(...this.list.splice(0, 1));
  }

  #sort(list: Pending[]): void {
    this.list = list.sort((a, b) => b.priority - a.priority);
  }
}

describe("the outbox's line", () => {
  test("hands over one at a time, the next when the write of the last was accepted", async () => {
    const { outbox, released, next } = setUp();
    const all = [pendingOf(), pendingOf(), pendingOf()];
    for (const each of all) outbox.add(each);

    await next();
    expect(released).toEqual([]);
    outbox.open();
    expect(released).toEqual(all.slice(0, 1));
    await next();
    expect(released).toEqual(all.slice(0, 2));
    await next();
    await next();
    expect(released).toEqual(all);
    expect(outbox.size).toBe(0);
  });

  test("closed, it hands over nothing more", async () => {
    const { outbox, released, next } = setUp();
    const all = [pendingOf(), pendingOf()];
    for (const each of all) outbox.add(each);
    outbox.open();
    outbox.close();

    await next();
    expect(released).toEqual(all.slice(0, 1));
    outbox.open();
    expect(released).toEqual(all);
  });

  test("what is put back goes first of its priority, whoever came meanwhile", async () => {
    const { outbox, released, next } = setUp();
    const [first, second, third, urgent] = [pendingOf(), pendingOf(), pendingOf(), pendingOf(1)] as const;
    outbox.add(first);
    outbox.add(second);
    outbox.open();
    outbox.close();
    outbox.add(third);
    outbox.add(urgent);

    outbox.putBack(first);
    outbox.open();
    for (let count = 0; count < 4; count++) await next();

    expect(released).toEqual([first, urgent, first, second, third]);
  });

  test("behaves as a sorted list, whatever is added, put back and removed", async () => {
    const priority = fc.integer({ min: -2, max: 2 });
    const command = fc.oneof(
      fc.record({ do: fc.constant("add" as const), priority }),
      fc.record({ do: fc.constant("putBack" as const), priority }),
      fc.record({ do: fc.constant("remove" as const), index: fc.nat(20) }),
      fc.record({ do: fc.constant("next" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const { outbox, released, next } = setUp();
        const model = new Model();
        for (const each of commands) {
          if (each.do === "next") {
            // Open for one.
            outbox.open();
            outbox.close();
            model.next();
            await next();
          } else if (each.do === "remove") {
            const gone = model.remove(each.index);
            if (gone !== undefined) outbox.remove(gone);
          } else {
            const pending = pendingOf(each.priority);
            outbox[each.do](pending);
            model[each.do](pending);
          }
          expect(outbox.size).toBe(model.list.length);
        }
        expect(released).toEqual(model.released);
      }),
    );
  });

  test("10,000 leave from the middle as fast as from the end", () => {
    const measure = (count: number): number => {
      const { outbox } = setUp();
      const all = Array.from({ length: count }, () => pendingOf());
      for (const each of all) outbox.add(each);
      const start = performance.now();
      // From the middle outwards: a search from either end would take count² / 4 steps.
      for (let index = 0; index < count; index++) {
        const offset = index % 2 === 0 ? index / 2 : -(index + 1) / 2;
        const each = all[count / 2 + offset];
        if (each !== undefined) outbox.remove(each);
      }
      expect(outbox.size).toBe(0);
      return performance.now() - start;
    };
    measure(10_000);

    expect(Math.min(measure(10_000), measure(10_000), measure(10_000))).toBeLessThan(50);
  });

  test("what has left is forgotten, also while the outbox stays closed", async () => {
    const { outbox } = setUp();
    const refs: WeakRef<Pending>[] = [];
    const comeAndGo = (priority: number) => {
      const pending = pendingOf(priority);
      refs.push(new WeakRef(pending));
      outbox.add(pending);
      outbox.remove(pending);
    };
    outbox.add(pendingOf());
    for (let index = 0; index < 1_000; index++) comeAndGo(index % 10);

    expect(await survivorsOf(refs)).toEqual([]);
    expect(outbox.size).toBe(1);
  });
});
