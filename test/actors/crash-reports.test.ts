import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type CrashReport,
  type ExitReason,
  failure,
  noreply,
  Runtime,
  type Self,
  server,
  shutdownWith,
  stop,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

type Handler = (state: string, self: Self<Info>) => unknown;
type Info = { readonly info: Handler };
interface Protocol {
  calls: { do(handler: Handler): void };
  casts: { do(handler: Handler): void };
  info: Info;
}

const doer = server<Protocol>("doer")({
  init: () => "state4",
  calls: { do: (handler, state, self) => handler(state, self) as never },
  casts: { do: (handler, state, self) => handler(state, self) as never },
  info: (message, state, self) => ("info" in message ? (message.info(state, self) as never) : noreply(state)),
});

const crash: Handler = () => {
  throw new Error("crashed");
};

describe.each(seeds)("crash reports, order %s", (seed) => {
  async function start() {
    const test = testRuntime({ seed });
    return { ...test, ref: await test.runtime.start(doer) };
  }

  test.each<[string, Handler, ExitReason]>([
    ["shutdown_reason", (_, self) => self.exit(shutdownWith("reason")), shutdownWith("reason")],
    ["stop_shutdown_reason", (state) => stop(shutdownWith("stop_reason"), state), shutdownWith("stop_reason")],
    ["exit_shutdown", (_, self) => self.exit("shutdown"), "shutdown"],
    ["stop_shutdown", (state) => stop("shutdown", state), "shutdown"],
    ["stop_normal", (state) => stop("normal", state), "normal"],
  ])("G10 an orderly end gives no crash report: %s · crash", async (_, handler, reason) => {
    const { ref, crashes } = await start();
    await expect(ref.call("do", handler)).rejects.toMatchObject({ failure: "exit", reason });
    expect(await ref.exited).toEqual(reason);
    expect(crashes).toEqual([]);
  });

  test("G10 a real crash gives one, with message, state and client · crash", async () => {
    const { ref, crashes } = await start();
    await expect(ref.call("do", crash)).rejects.toMatchObject({
      failure: "exit",
      reason: { error: { message: "crashed" } },
    });
    expect(crashes).toHaveLength(1);
    const { process, reason, lastMessage, state } = crashes[0]!;
    expect(process).toBe(ref);
    expect(reason).toMatchObject({ kind: "error", error: { message: "crashed" } });
    expect(state).toBe("state4");
    expect(lastMessage).toMatchObject({ name: "do", payload: crash, from: { isWaiting: false } });
  });

  test("G10 the last message of a cast, of an info and of an async handler", async () => {
    const reports: (CrashReport | undefined)[] = [];
    for (const send of [
      ({ ref }: Awaited<ReturnType<typeof start>>) => ref.cast("do", crash),
      ({ ref }: Awaited<ReturnType<typeof start>>) => ref.send({ info: crash }),
      ({ ref }: Awaited<ReturnType<typeof start>>) => ref.cast("do", () => Promise.reject(new Error("crashed"))),
    ]) {
      const started = await start();
      send(started);
      await started.ref.exited;
      expect(started.crashes).toHaveLength(1);
      reports.push(started.crashes[0]);
    }
    expect(reports).toMatchObject([
      { lastMessage: { name: "do", payload: crash, from: undefined } },
      { lastMessage: { info: crash } },
      { lastMessage: { name: "do" }, reason: { error: { message: "crashed" } } },
    ]);
  });

  test.each<[string, Handler, object]>([
    ["stop with a defect", (state) => stop(failure("gone wrong"), state), failure("gone wrong")],
    ["a bad return", () => 42, { error: { name: "BadReturnError" } }],
  ])("G10 every other end gives one: %s", async (_, handler, reason) => {
    const { ref, crashes } = await start();
    ref.cast("do", handler);
    await ref.exited;
    expect(crashes).toMatchObject([{ reason, state: "state4" }]);
  });

  test("G10 crash() reports, exit() does not", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const [crashing, exiting] = [await puppet(runtime), await puppet(runtime)];
    crashing.act((self) => self.crash(new Error("own")));
    exiting.act((self) => self.exit(failure("said so")));
    await clock.settle();
    expect(crashes).toMatchObject([{ reason: { error: { message: "own" } } }]);
    expect(crashes[0]?.process).toBe(crashing.process);
  });

  test("G10 whoever is taken along by a link or ended by a signal is not reported again", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const [a, b] = [await puppet(runtime), await puppet(runtime)];
    await b.run((self) => self.link(a.process));
    a.act(() => {
      throw new Error("first");
    });
    await clock.settle();
    expect(b.process.alive).toBe(false);
    expect(crashes).toHaveLength(1);
  });
});

describe("where crash reports go", () => {
  afterEach(() => vi.restoreAllMocks());

  test("without a hook a crash is one warning, without message and state", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using runtime = new Runtime();
    const ref = await runtime.start(doer, undefined, { label: "my doer" });
    ref.send({ info: crash });
    await ref.exited;
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^my doer \(process \d+\) crashed: Error: crashed$/), "CaduceusWarning"],
    ]);
  });

  test.each(["throws", "rejects"])(
    "a hook that %s harms nobody, and what it failed with is one warning",
    async (how) => {
      const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      await using runtime = new Runtime({
        onCrash: () => {
          const error = new Error("in the hook");
          if (how === "throws") throw error;
          return Promise.reject(error) as never;
        },
      });
      const ref = await runtime.start(doer);
      ref.send({ info: crash });
      expect(await ref.exited).toMatchObject({ error: { message: "crashed" } });
      await new Promise((resolve) => setImmediate(resolve));
      expect(warn.mock.calls).toEqual([[expect.stringContaining("in the hook"), "CaduceusWarning"]]);
    },
  );
});
