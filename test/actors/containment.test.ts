import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type Behaviour,
  type Definition,
  describeExit,
  noreply,
  Runtime,
  type Self,
  server,
  spawn,
} from "../../actors/index.js";
import { testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

const escaped: unknown[] = [];
const note = (error: unknown) => escaped.push(error);

beforeAll(() => {
  process.on("uncaughtException", note);
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  // An unhandled rejection is told after the microtasks, so this turn and the next have to pass.
  await turn();
  await turn();
  expect(escaped.splice(0)).toEqual([]);
});
afterAll(() => {
  process.off("uncaughtException", note);
  process.off("unhandledRejection", note);
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
const error = new Error("thrown");
const rejected = () => Promise.reject(error);
const thrown = (): never => {
  throw error;
};

const THEN = "then";
const thenable = (then: (resolve: (value: unknown) => void, reject: (cause: unknown) => void) => void) =>
  Object.defineProperty({}, THEN, { value: then });

/** Things that look like promises and are not nice. */
const thenables: [string, () => unknown][] = [
  ["a thenable that throws", () => thenable(thrown)],
  ["a thenable that rejects", () => thenable((_, reject) => reject(error))],
  [
    "a thenable that rejects and then throws",
    () =>
      thenable((_, reject) => {
        reject(error);
        throw new Error("never seen");
      }),
  ],
  ["a then that cannot be read", () => Object.defineProperty({}, THEN, { get: thrown })],
];
const failures: [string, () => unknown][] = [
  ["a function that throws", thrown],
  ["a function that rejects", rejected],
  ["a function that rejects later", () => turn().then(thrown)],
  ...thenables,
];

function raw(behaviour: (self: Self) => Partial<Behaviour>): Definition {
  return { label: "raw", type: "worker", create: (self) => ({ receive: () => {}, ...behaviour(self) }) };
}

describe.each(failures)("nothing a process does reaches the program: %s", (_, fail) => {
  test("as create, init and receive of a behaviour", async () => {
    const { runtime, crashes } = testRuntime();
    const broken = [
      spawn(
        runtime,
        raw(() => ({ init: fail })),
      ),
      spawn(
        runtime,
        raw(() => ({ receive: fail })),
      ),
    ];
    for (const ref of broken) (ref as typeof ref & { send(message: unknown): void }).send("go");
    expect(await Promise.all(broken.map((ref) => ref.exited))).toEqual([
      { kind: "error", error },
      { kind: "error", error },
    ]);
    expect(crashes).toHaveLength(2);
    await expect(runtime.start(raw(() => ({ init: fail })))).rejects.toMatchObject({ cause: error });
    await expect(runtime.start(raw(() => thrown()))).rejects.toMatchObject({ cause: error });
  });

  test("as any callback of a server", async () => {
    const { runtime, clock, crashes } = testRuntime();
    type Where = "calls" | "casts" | "info" | "continue" | "timeout" | "terminate";
    const definition = (where: Where) => {
      const failAt = (here: Where, otherwise: () => unknown): never => (here === where ? fail() : otherwise()) as never;
      return server<{ calls: { go(): void }; casts: { go(): void }; info: "go" }>(where)({
        init: () => 0,
        calls: { go: (__, state) => failAt("calls", () => noreply(state)) },
        casts: { go: (__, state) => failAt("casts", () => noreply(state, { continue: 0 })) },
        info: (__, state) => failAt("info", () => noreply(state, { timeout: 10 })),
        continue: (__, state) => failAt("continue", () => noreply(state)),
        timeout: (state) => failAt("timeout", () => noreply(state)),
        terminate: () => failAt("terminate", () => {}),
      });
    };
    for (const where of ["calls", "casts", "info", "continue", "timeout", "terminate"] as const) {
      const ref = await runtime.start(definition(where));
      const call = ref.call("go").catch(() => {});
      ref.cast("go");
      ref.send("go");
      await turn();
      await clock.advance(10);
      const stopped = ref.stop().catch(() => {});
      expect(await ref.exited, where).toEqual({ kind: "error", error });
      await Promise.all([call, stopped]);
    }
    expect(crashes).toHaveLength(6);
    await expect(runtime.start(server<unknown>("init")({ init: fail, calls: {}, casts: {} }))).rejects.toMatchObject({
      cause: error,
    });
  });

  test("as a disposer", async () => {
    const { runtime, crashes } = testRuntime();
    const owner = await puppet(runtime);
    await owner.run((self) => {
      self.own(fail);
      self.own({ [Symbol.dispose]: fail as () => void });
      self.own({ [Symbol.asyncDispose]: fail as () => Promise<void> });
    });
    owner.process.exit("kill");
    expect(await owner.process.exited).toBe("killed");
    owner.self.own(fail);
    await turn();
    await turn();
    expect(crashes.length).toBeGreaterThanOrEqual(3);
    expect(new Set(crashes.map(({ reason }) => (reason as { error: Error }).error.name))).toEqual(
      new Set(["ReleaseError"]),
    );
  });

  test("as a hook of the runtime, and the processes go on", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const runtime = new Runtime({ onInspect: fail as () => void, onCrash: fail as () => void });
    const log: string[] = [];
    const broken = await puppet(runtime);
    const fine = await puppet(runtime);
    broken.act(thrown);
    fine.act(() => log.push("handled"));
    expect(await broken.process.exited).toEqual({ kind: "error", error });
    await fine.run(() => {});
    expect(log).toEqual(["handled"]);
    await runtime.stop();
    await turn();
    expect(new Set(warn.mock.calls.map(String))).toEqual(
      new Set([expect.stringMatching(/^puppet \(process 1\) crashed: Error: thrown,/)]),
    );
  });

  test("as a promise that is piped, and as what makes a message of it", async () => {
    const { runtime } = testRuntime();
    const owner = await puppet(runtime);
    await owner.run((self) => {
      const pending = (() => {
        try {
          return fail() as Promise<unknown>;
        } catch (cause) {
          return Promise.reject(cause);
        }
      })();
      self.pipe(pending, (outcome) => outcome);
    });
    await turn();
    await turn();
    await turn();
    expect(owner.mail).toEqual([{ ok: false, error }]);
    owner.self.pipe(Promise.resolve(), thrown);
    expect(await owner.process.exited).toEqual({ kind: "error", error });
  });
});

test("what describe() throws is nothing to the tree", async () => {
  const { runtime } = testRuntime();
  const ref = await runtime.start(raw(() => ({ describe: thrown })));
  expect(runtime.tree()).toMatchObject([{ details: {} }]);
  expect(ref.alive).toBe(true);
});

test("a thenable that returns nothing from then is waited for", async () => {
  const { runtime, clock } = testRuntime();
  const slow = thenable((resolve) => void clock.setTimer(10, () => resolve("begun")));
  const starting = runtime.start(server<unknown>("slow")({ init: () => slow, calls: {}, casts: {} }));
  let isStarted = false;
  void starting.then(() => {
    isStarted = true;
  });
  await clock.advance(9);
  expect(isStarted).toBe(false);
  await clock.advance(1);
  expect(isStarted).toBe(true);
});

const circle: { self?: unknown } = {};
circle.self = circle;

test.each<[string, unknown, string]>([
  ["nothing", undefined, "undefined"],
  ["null", null, "null"],
  ["a string", "out of numbers", "out of numbers"],
  ["a symbol", Symbol("s"), "Symbol(s)"],
  ["a bigint", 1n, "1"],
  ["an object", { code: 7 }, '{"code":7}'],
  ["an object that contains itself", circle, "[object Object]"],
  [
    "what throws when it is looked at",
    new Proxy({}, { get: thrown, has: thrown, ownKeys: thrown, getPrototypeOf: thrown }),
    "an unprintable object",
  ],
  [
    "an error whose message throws",
    Object.defineProperty(new Error("x"), "message", { get: thrown }),
    "an unprintable object",
  ],
])("anything may be thrown, and is only described: %s", async (_, thing, description) => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const runtime = new Runtime();
  const owner = await puppet(runtime);
  expect(owner.self.signal.aborted).toBe(false);
  owner.act(() => {
    throw thing;
  });
  const reason = await owner.process.exited;
  expect((reason as { error: unknown }).error === thing).toBe(true);
  expect(describeExit(reason)).toBe(description);
  expect(warn.mock.calls).toEqual([[`puppet (process 1) crashed: ${description}`, "CaduceusWarning"]]);
  await runtime.stop();
});

test("a call that nobody waits for any more because its process has ended fails in silence", async () => {
  const { runtime, clock } = testRuntime();
  const silent = await runtime.start(
    server<{ calls: { ask(): void } }>("silent")({ init: () => 0, calls: { ask: (_, s) => noreply(s) }, casts: {} }),
  );
  const asking = await puppet(runtime);
  asking.act(() => silent.call("ask", undefined, { timeout: 10 }));
  await clock.settle();
  asking.process.exit("kill");
  await clock.advance(10);
});
