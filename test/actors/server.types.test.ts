import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type CallError,
  type Definition,
  type DownMessage,
  type ExitMessage,
  type ExitReason,
  ignore,
  noreply,
  type Process,
  type Runtime,
  reply,
  type Self,
  type ServerRef,
  server,
  spawn,
  startWith,
  stop,
  stopReply,
} from "../../actors/index.js";

interface Counter {
  calls: { add(n: number): number; read(): string; find(key?: string): Promise<string> };
  casts: { reset(): void; set(n: number): void };
  info: "tick";
}
interface Reader {
  calls: { read(): string };
}
interface Ticking {
  info: "tick" | "tock";
}

const counter = server<Counter>("counter")({
  init: (start: number) => start,
  calls: {
    add: (n, count) => reply(count + n, count + n),
    read: (_, count) => reply(String(count), count),
    find: async (key, count) => reply(key ?? "", count),
  },
  casts: {
    reset: () => noreply(0),
    set: (n) => noreply(n),
  },
});
const handlers = {
  init: (start: number) => start,
  calls: {
    add: (n: number, count: number) => reply(count + n, count + n),
    read: (_: undefined, count: number) => reply(String(count), count),
    find: async (key: string | undefined, count: number) => reply(key ?? "", count),
  },
  casts: { reset: () => noreply(0), set: (n: number) => noreply(n) },
};

/** Compiled, never run. */
function compiles(_: (ref: ServerRef<Counter>, runtime: Runtime, self: Self<"tick">) => unknown): void {}

describe("what compiles", () => {
  test("the reference has the protocol's types", () => {
    expectTypeOf(counter).toEqualTypeOf<Definition<number, ServerRef<Counter>>>();
    compiles((ref) => {
      expectTypeOf(ref.call("add", 1)).toEqualTypeOf<Promise<number>>();
      expectTypeOf(ref.call("read")).toEqualTypeOf<Promise<string>>();
      expectTypeOf(ref.call("read", undefined, { timeout: 1 })).toEqualTypeOf<Promise<string>>();
      expectTypeOf(ref.call("find")).toEqualTypeOf<Promise<string>>();
      expectTypeOf(ref.call("find", "key", { timeout: 1 })).toEqualTypeOf<Promise<string>>();
      expectTypeOf(ref.cast("reset")).toEqualTypeOf<void>();
      ref.cast("set", 1);
      ref.send("tick");
    });
  });

  test("starting wants what init wants, and gives the reference", () => {
    compiles(async (_, runtime, self) => {
      expectTypeOf(await runtime.start(counter, 1)).toEqualTypeOf<ServerRef<Counter>>();
      expectTypeOf(spawn(runtime, counter, 1, { name: "counter" })).toEqualTypeOf<ServerRef<Counter>>();
      expectTypeOf(self.spawnLink(counter, 1)).toEqualTypeOf<ServerRef<Counter>>();
      const result = await self.startLink(counter, 1, { timeout: 1 });
      if (result.status === "ok") expectTypeOf(result.process).toEqualTypeOf<ServerRef<Counter>>();
      const bare = server<unknown>("bare")({ init: () => 0, calls: {}, casts: {} });
      await runtime.start(bare);
      await runtime.start(bare, undefined, { name: "bare" });
    });
  });

  test("a reference is passed where less is asked for", () => {
    compiles((ref) => {
      const narrow: ServerRef<Reader> = ref;
      const nothing: ServerRef<unknown> = ref;
      const any: Process = ref;
      const ticked: Process<"tick"> = ref;
      const others: Process[] = [ref, narrow, nothing];
      const takesMore: ServerRef<{ calls: { add(n: 1 | 2): number | string } }> = ref;
      return [any, ticked, others, takesMore];
    });
    compiles((_, __, self) => (ticking: ServerRef<Ticking>) => {
      const fewer: ServerRef<{ info: "tick" }> = ticking;
      self.link(ticking);
      self.monitor(fewer);
    });
  });

  test("init may be async, say ignore, or say what comes next", () => {
    for (const init of [
      async (start: number) => start,
      (start: number) => (start < 0 ? ignore : start),
      async (start: number) => startWith(start, { continue: "load" }),
      (start: number) => (start < 0 ? ignore : startWith(start, { timeout: 1 })),
    ]) {
      expectTypeOf(server<Counter>("counter")<number, number>({ ...handlers, init })).toEqualTypeOf<
        Definition<number, ServerRef<Counter>>
      >();
    }
  });

  test("every callback knows the state, and info knows what may come", () => {
    server<Counter>("counter")({
      ...handlers,
      info: (message, state, self) => {
        expectTypeOf(message).toEqualTypeOf<"tick" | ExitMessage | DownMessage>();
        expectTypeOf(state).toEqualTypeOf<number>();
        expectTypeOf(self).toEqualTypeOf<Self<"tick">>();
        return noreply(state);
      },
      continue: (argument, state) => {
        expectTypeOf(argument).toEqualTypeOf<unknown>();
        return stop("normal", state);
      },
      timeout: (state) => noreply(state, { timeout: 1 }),
      terminate: (reason, state) => {
        expectTypeOf(reason).toEqualTypeOf<ExitReason>();
        expectTypeOf(state).toEqualTypeOf<number>();
      },
      describe: (state) => ({ state }),
    });
    expect(counter.type).toBe("worker");
  });

  test("a call may be answered, put off or refused by ending", () => {
    server<Reader>("reader")({
      init: () => "text",
      calls: {
        read: (_, state, __, from) => {
          if (state === "") return noreply(state);
          if (state === "end") return stop("normal", state);
          if (state === "last") return stopReply("normal", "reply", state);
          from.reply("reply");
          return reply("reply", state);
        },
      },
      casts: {},
    });
  });
});

describe("what does not compile", () => {
  test("calls, casts and messages that the protocol does not have, or has otherwise", () => {
    compiles(async (ref) => {
      // @ts-expect-error there is no such call
      await ref.call("subtract", 1);
      // @ts-expect-error a cast is not called
      await ref.call("reset");
      // @ts-expect-error the argument is missing
      await ref.call("add");
      // @ts-expect-error the argument is of another type
      await ref.call("add", "1");
      // @ts-expect-error it takes no argument
      await ref.call("read", 1);
      // @ts-expect-error the options come after the argument
      await ref.call("read", { timeout: 1 });
      // @ts-expect-error there is no such option
      await ref.call("add", 1, { timeuot: 1 });
      // @ts-expect-error the reply is a number
      const text: string = await ref.call("add", 1);
      // @ts-expect-error a reply has to be waited for
      const count: number = ref.call("add", 1);
      // @ts-expect-error there is no such cast
      ref.cast("clear");
      // @ts-expect-error a call is not cast
      ref.cast("add", 1);
      // @ts-expect-error the argument is missing
      ref.cast("set");
      // @ts-expect-error the argument is of another type
      ref.cast("set", "1");
      // @ts-expect-error it takes no argument
      ref.cast("reset", 1);
      // @ts-expect-error a cast has no reply
      ref.cast("set", 1).then();
      // @ts-expect-error the server takes no such message
      ref.send("tock");
      return [text, count];
    });
  });

  test("sending to a reference that takes nothing", () => {
    compiles((ref) => (reader: ServerRef<Reader>, process: Process) => {
      // @ts-expect-error the protocol has no info
      reader.send("tick");
      // @ts-expect-error nothing is known of what it takes
      process.send("tick");
      const narrow: ServerRef<Reader> = ref;
      // @ts-expect-error what was given up is not there any more
      void narrow.call("add", 1);
    });
  });

  test("passing a reference where more is asked for", () => {
    compiles((ref) => (reader: ServerRef<Reader>, process: Process) => {
      // @ts-expect-error it has no add
      const wider: ServerRef<Counter> = reader;
      // @ts-expect-error it takes no string
      const argument: ServerRef<{ calls: { add(n: number | string): number } }> = ref;
      // @ts-expect-error it replies with a number
      const replies: ServerRef<{ calls: { add(n: number): 1 | 2 } }> = ref;
      // @ts-expect-error its cast takes no string
      const cast: ServerRef<{ casts: { set(n: number | string): void } }> = ref;
      // @ts-expect-error it does not take "tock"
      const info: ServerRef<Ticking> = ref;
      // @ts-expect-error it takes no message at all
      const process2: Process<"tick"> = reader;
      // @ts-expect-error a process is no server
      const server2: ServerRef<Reader> = process;
      return [wider, argument, replies, cast, info, process2, server2];
    });
  });

  test("handlers that are missing, or are too many", () => {
    server<Counter>("counter")({
      ...handlers,
      // @ts-expect-error find is missing
      calls: { add: handlers.calls.add, read: handlers.calls.read },
    });
    server<Counter>("counter")({
      ...handlers,
      // @ts-expect-error set is missing
      casts: { reset: () => noreply(0) },
    });
    server<Reader>("reader")({
      init: () => 0,
      // @ts-expect-error the protocol has no write
      calls: { read: (_, state) => reply("", state), write: (_: undefined, state: number) => noreply(state) },
      casts: {},
    });
    // @ts-expect-error init is missing
    server<Reader>("reader")({ calls: { read: (_, state) => reply("", state) }, casts: {} });
  });

  test("handlers that take or return something else", () => {
    server<Counter>("counter")({
      ...handlers,
      calls: {
        ...handlers.calls,
        // @ts-expect-error the argument is a number
        add: (n: string, count) => reply(n.length, count),
      },
    });
    server<Counter>("counter")({
      ...handlers,
      calls: {
        ...handlers.calls,
        // @ts-expect-error the reply is a number
        add: (_, count) => reply("one", count),
      },
    });
    server<Counter>("counter")({
      ...handlers,
      calls: {
        ...handlers.calls,
        // @ts-expect-error the reply is a number, also of an async handler
        add: async (_, count) => reply("one", count),
      },
    });
    server<Counter>("counter")({
      ...handlers,
      calls: {
        ...handlers.calls,
        // @ts-expect-error the reply is not the result
        add: (n, count) => n + count,
      },
    });
    server<Counter>("counter")({
      ...handlers,
      calls: {
        ...handlers.calls,
        // @ts-expect-error the last reply is a number, too
        add: (_, count) => stopReply("normal", "one", count),
      },
    });
    server<Counter>("counter")({
      ...handlers,
      // @ts-expect-error a cast is not answered
      casts: { ...handlers.casts, reset: () => reply(1, 0) },
    });
    server<Counter>("counter")({
      ...handlers,
      // @ts-expect-error a handler returns a result, not nothing
      casts: { ...handlers.casts, reset: () => {} },
    });
  });

  test("a state of another type, from whatever callback", () => {
    server<Counter>("counter")({
      init: (start: number) => start,
      calls: {
        ...handlers.calls,
        // @ts-expect-error the state is a number
        add: (n) => reply(n, "one"),
      },
      casts: handlers.casts,
    });
    server<Counter>("counter")({
      ...handlers,
      casts: {
        // @ts-expect-error the state is a number
        reset: () => noreply("zero"),
        // @ts-expect-error the state is a number, also of an async handler
        set: async () => noreply("one"),
      },
    });
    server<Counter>("counter")({
      ...handlers,
      // @ts-expect-error the state is a number
      info: () => noreply("told"),
      // @ts-expect-error the state is a number
      continue: () => stop("normal", "done"),
      // @ts-expect-error a timeout has a result, too
      timeout: () => undefined,
    });
    server<Counter>("counter")({
      init: (start: number) => start,
      calls: handlers.calls,
      casts: handlers.casts,
      // @ts-expect-error the state is a number
      terminate: (_: ExitReason, state: string) => state,
    });
  });

  test("reasons, timers and starts that are none", () => {
    compiles(async (ref, runtime, self) => {
      // @ts-expect-error a reason of one's own is a failure(…) or a shutdownWith(…)
      stop("finished", 0);
      // @ts-expect-error a reason of one's own is a failure(…) or a shutdownWith(…)
      ref.exit("finished");
      // @ts-expect-error it would be sent a message it does not take
      self.sendAfter(1, "tock");
      // @ts-expect-error so would this
      self.pipe(Promise.resolve("tock"), (outcome) => outcome);
      // @ts-expect-error the argument is missing
      await runtime.start(counter);
      // @ts-expect-error the argument is of another type
      await runtime.start(counter, "1");
      // @ts-expect-error there is no such option
      await runtime.start(counter, 1, { nam: "counter" });
      // @ts-expect-error a definition is started by a runtime
      counter.call("add", 1);
      // @ts-expect-error a result is made by reply(…) and the like
      server<unknown>("s")({ init: () => 0, calls: {}, casts: {}, info: (_, state) => ({ state }) });
    });
  });

  test("failures other than the five", () => {
    compiles(() => (error: CallError) => {
      // @ts-expect-error there is no such failure
      return error.failure === "late";
    });
  });
});
