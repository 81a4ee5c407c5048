import fc from "fast-check";
import { expect, test } from "vitest";
import { registry, type UniqueRegistry } from "../../actors/index.js";
import { type TestRuntime, testRuntime } from "../support/runtime.js";
import { type Puppet, puppet } from "./puppet.js";

const PROCESSES = 4;
const KEYS = ["a", "b", "c"] as const;

const step = fc.record({
  do: fc.constantFrom(
    "register" as const,
    "register" as const,
    "unregister" as const,
    "update" as const,
    "kill" as const,
  ),
  who: fc.nat(PROCESSES - 1),
  key: fc.constantFrom(...KEYS),
});

/** A registry, and next to it a plain list of what it should have. */
class Pair {
  readonly #runtime: TestRuntime["runtime"];
  readonly #table: UniqueRegistry<string, number>;
  readonly #isUnique: boolean;
  readonly #processes: Puppet[];
  #list: { readonly key: string; readonly process: unknown; readonly value: number }[] = [];
  #value = 0;

  constructor(
    runtime: TestRuntime["runtime"],
    table: UniqueRegistry<string, number>,
    isUnique: boolean,
    processes: Puppet[],
  ) {
    this.#runtime = runtime;
    this.#table = table;
    this.#isUnique = isUnique;
    this.#processes = processes;
  }

  register({ self, process }: Puppet, key: string): void {
    const value = this.#value++;
    const holder = this.#isUnique ? this.#list.find((entry) => entry.key === key)?.process : undefined;
    const result = this.#table.register(self, key, value);
    expect(result.status === "already_registered" ? result.process : undefined).toBe(holder);
    if (holder === undefined) this.#list.push({ key, process, value });
  }

  unregister({ self, process }: Puppet, key: string): void {
    this.#table.unregister(self, key);
    this.#list = this.#list.filter((entry) => entry.process !== process || entry.key !== key);
  }

  update({ self, process }: Puppet, key: string): void {
    if (!this.#isUnique) return;
    const value = this.#value++;
    const isMine = this.#list.some((entry) => entry.process === process && entry.key === key);
    expect(this.#table.updateValue(self, key, () => value).status).toBe(isMine ? "ok" : "not_registered");
    this.#list = this.#list.map((entry) => (isMine && entry.key === key ? { ...entry, value } : entry));
  }

  async kill({ process }: Puppet): Promise<void> {
    process.exit("kill");
    this.#list = this.#list.filter((entry) => entry.process !== process);
    const who = this.#processes.findIndex((one) => one.process === process);
    this.#processes[who] = await puppet(this.#runtime);
  }

  compare(): void {
    expect(this.#table.count()).toBe(this.#list.length);
    for (const key of KEYS) {
      const expected = this.#list.filter((entry) => entry.key === key);
      expect(this.#table.lookup(key)).toEqual(expected.map(({ process, value }) => ({ process, value })));
    }
    for (const { process } of this.#processes) {
      const expected = this.#list.filter((entry) => entry.process === process);
      expect(this.#table.keys(process).sort()).toEqual(expected.map(({ key }) => key).sort());
    }
  }

  /** Whoever has a key is linked to the registry, and nobody else. */
  async compareLinks(): Promise<void> {
    this.#table.exit("kill");
    await this.#table.exited;
    for (const { process } of this.#processes) {
      expect(process.alive).toBe(this.#list.every((entry) => entry.process !== process));
    }
  }
}

test.each(["unique", "duplicate"] as const)(
  "whatever is done in whichever order, a registry with %s keys has what a plain list has",
  async (keys) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 40 }), async (seed, program) => {
        const { runtime } = testRuntime({ seed });
        const table = await runtime.start(registry<string, number>("table", { keys: keys as "unique" }));
        const processes = await Promise.all(Array.from({ length: PROCESSES }, () => puppet(runtime)));
        const pair = new Pair(runtime, table, keys === "unique", processes);
        for (const one of program) {
          await pair[one.do](processes[one.who]!, one.key);
          pair.compare();
        }
        await pair.compareLinks();
      }),
      { numRuns: 60 },
    );
  },
);
