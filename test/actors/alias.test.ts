import { describe, expect, test } from "vitest";
import { type Alias, type DownMessage, type Inspection, MailKind, noreply, server } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet, signalsOf } from "./puppet.js";

describe.each(seeds)("an alias, order %s", (seed) => {
  test("M4 what is sent to it is ordinary mail of its process, in order with the rest", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const sender = await puppet(runtime);
    const alias = await owner.run((self) => self.alias());
    expect(alias.isActive).toBe(true);
    await sender.run(() => {
      owner.process.send("a");
      alias.send("b");
      owner.process.send("c");
    });
    await clock.settle();
    expect(owner.mail).toEqual(["a", "b", "c"]);
  });

  test("M4 simple alias + unalias flow", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const answering = await puppet(runtime);
    const alias = await owner.run((self) => self.alias());
    expect(await owner.run((self) => self.unalias(alias))).toBe(true);
    expect(alias.isActive).toBe(false);
    await answering.run(() => alias.send("pong"));
    await clock.settle();
    expect(owner.mail).toEqual([]);
    expect(await owner.run((self) => self.unalias(alias))).toBe(false);
  });

  test("M4 alias with :reply (second reply dropped) · with :reply option when aliasing", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const answering = await puppet(runtime);
    const alias = await owner.run((self) => self.alias({ reply: true }));
    await answering.run(() => {
      alias.send("pong");
      alias.send("extra pong");
    });
    await clock.settle();
    expect(owner.mail).toEqual(["pong"]);
    expect(alias.isActive).toBe(false);
    expect(await owner.run((self) => self.unalias(alias))).toBe(false);
  });

  test("M4 of several that answer the first is heard, and no other", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const mirrors = await Promise.all(Array.from({ length: 5 }, () => puppet(runtime)));
    const alias = await owner.run((self) => self.alias({ reply: true }));
    for (const [index, mirror] of mirrors.entries()) mirror.act(() => alias.send(index));
    await clock.settle();
    expect(owner.mail).toHaveLength(1);
  });

  test("M4 unalias does not take back what is in the mailbox already", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const { promise, open } = gate();
    owner.act(() => promise);
    await clock.settle();
    const alias = owner.self.alias();
    alias.send("early");
    expect(owner.self.unalias(alias)).toBe(true);
    alias.send("late");
    open();
    await clock.settle();
    expect(owner.mail).toEqual(["early"]);
  });

  test("M4 aliases of a process are independent of each other", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const [one, two, three] = await owner.run((self) => [self.alias(), self.alias({ reply: true }), self.alias()]);
    await owner.run((self) => self.unalias(one as Alias));
    for (const alias of [one, two, three, two, three]) alias?.send("message");
    await clock.settle();
    expect(owner.mail).toHaveLength(3);
    expect([one, two, three].map((alias) => alias?.isActive)).toEqual([false, false, true]);
  });

  test("M4 only its own process can deactivate it", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const other = await puppet(runtime);
    const alias = await owner.run((self) => self.alias());
    expect(await other.run((self) => self.unalias(alias))).toBe(false);
    const fake = { isActive: true, send: () => {} };
    expect(await other.run((self) => self.unalias(fake))).toBe(false);
    alias.send("heard");
    await clock.settle();
    expect(owner.mail).toEqual(["heard"]);
  });

  test("M4 ends with its process, as soon as that begins to end", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const [alias, once] = await owner.run((self) => [self.alias(), self.alias({ reply: true })] as const);
    await owner.run((self) => self.own(() => new Promise(() => {})));
    owner.process.exit("kill");
    expect([alias.isActive, once.isActive]).toEqual([false, false]);
    alias.send("late");
    once.send("late");
    expect(owner.self.unalias(alias)).toBe(false);
    expect(owner.self.alias().isActive).toBe(false);
    await clock.settle();
    expect(owner.mail).toEqual([]);
  });

  test("M4 a restarted process is another one: the old alias does not reach it", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const first = await puppet(runtime, { name: "service" });
    const alias = await first.run((self) => self.alias());
    first.process.exit("kill");
    await clock.settle();
    const second = await puppet(runtime, { name: "service" });
    alias.send("late");
    await clock.settle();
    expect([first.mail, second.mail]).toEqual([[], []]);
  });

  test("M4 an answer that is late does not come after the DOWN that was waited for", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const answering = await puppet(runtime);
    const alias = await owner.run((self) => self.alias());
    await owner.run((self) => self.monitor(answering.process));
    answering.act((self) => self.exit("shutdown"));
    await clock.settle();
    await owner.run((self) => self.unalias(alias));
    answering.self.runtime.clock.setTimer(10, () => alias.send("late"));
    await clock.advance(10);
    expect(signalsOf(owner)).toEqual(['DOWN "shutdown"']);
    expect((owner.mail[0] as DownMessage).process).toBe(answering.process);
    expect(owner.mail).toHaveLength(1);
  });

  test("M4 a server hears it as info", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: unknown[] = [];
    const asking = server<{ casts: { ask(answers: (alias: Alias<number>) => void): void }; info: number }>("asking")({
      init: () => 0,
      calls: {},
      casts: {
        ask: (answers, state, self) => {
          answers(self.alias({ reply: true }));
          return noreply(state);
        },
      },
      info: (message, state) => {
        log.push(message);
        return noreply(state);
      },
    });
    const ref = await runtime.start(asking);
    ref.cast("ask", (alias) => {
      alias.send(1);
      alias.send(2);
    });
    await clock.settle();
    expect(log).toEqual([1]);
  });

  test("M4 a bounded mailbox drops what comes through it like everything else", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime, { mailbox: { limit: 1, overflow: "dropNewest" } });
    const { promise, open } = gate();
    owner.act(() => promise);
    await clock.settle();
    const once = owner.self.alias({ reply: true });
    owner.process.send("a");
    once.send("b");
    open();
    await clock.settle();
    once.send("c");
    await clock.settle();
    expect(owner.mail).toEqual(["a"]);
  });

  test("the inspection hook sees what is sent to it, and whether that was delivered", async () => {
    const events: Inspection[] = [];
    const { runtime, clock } = testRuntime({ seed, onInspect: (event) => events.push(event) });
    const owner = await puppet(runtime);
    const [alias, other] = [owner.self.alias({ reply: true }), owner.self.alias()];
    events.length = 0;
    alias.send("first");
    alias.send("second");
    owner.process.exit("kill");
    other.send("third");
    await clock.settle();
    const sends = events.flatMap((event) => (event.type === "send" ? [event] : []));
    expect(sends.map(({ process, mail, delivered }) => [process, mail.kind, mail.payload, delivered])).toEqual([
      [owner.process, MailKind.info, "first", true],
      [owner.process, MailKind.info, "second", false],
      [owner.process, MailKind.info, "third", false],
    ]);
  });
});
