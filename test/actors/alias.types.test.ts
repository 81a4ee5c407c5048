import { describe, expectTypeOf, test } from "vitest";
import type { Alias, AliasOptions, Overflow, Self, SpawnOptions } from "../../actors/index.js";

interface Found {
  readonly found: string;
}

/** Compiled, never run. */
function compiles(_: (self: Self<Found | "tick">, alias: Alias<Found>) => unknown): void {}

describe("what compiles", () => {
  test("M4 an alias takes what its process takes, and is passed where less is asked for", () => {
    compiles((self) => {
      expectTypeOf(self.alias()).toEqualTypeOf<Alias<Found | "tick">>();
      const narrow: Alias<Found> = self.alias({ reply: true });
      const any: Alias = narrow;
      expectTypeOf(self.unalias(any)).toEqualTypeOf<boolean>();
      narrow.send({ found: "a.txt" });
    });
    expectTypeOf<AliasOptions>().toEqualTypeOf<{ readonly reply?: boolean | undefined }>();
  });

  test("a start takes a bounded mailbox", () => {
    const options: SpawnOptions = { mailbox: { limit: 1, overflow: "exit" } };
    expectTypeOf(options.mailbox?.overflow).toEqualTypeOf<Overflow | undefined>();
  });
});

describe("what does not compile", () => {
  test("M4 a message that its process does not take, and everything but sending", () => {
    compiles((self, alias) => {
      // @ts-expect-error: not a message of the process
      self.alias().send("tock");
      // @ts-expect-error: the narrower alias takes less
      alias.send("tick");
      // @ts-expect-error: it takes less than is asked for
      const wider: Alias<Found | "tick"> = alias;
      // @ts-expect-error: nothing can be sent to any alias
      (alias as Alias).send({ found: "" });
      // @ts-expect-error: whoever has it cannot end the process
      alias.exit("shutdown");
      // @ts-expect-error: nor monitor it
      self.monitor(alias);
      // @ts-expect-error: an option that is none
      self.alias({ once: true });
      return wider;
    });
  });

  test("a bounded mailbox without its limit or with another overflow", () => {
    // @ts-expect-error: the limit is missing
    const unlimited: SpawnOptions = { mailbox: { overflow: "exit" } };
    // @ts-expect-error: there is no default
    const silent: SpawnOptions = { mailbox: { limit: 1 } };
    // @ts-expect-error: senders never wait
    const blocking: SpawnOptions = { mailbox: { limit: 1, overflow: "block" } };
    expectTypeOf([unlimited, silent, blocking]).toEqualTypeOf<SpawnOptions[]>();
  });
});
