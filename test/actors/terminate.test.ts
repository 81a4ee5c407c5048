import { describe, expect, test } from "vitest";
import {
  type Definition,
  type ExitReason,
  noreply,
  type Process,
  type ServerRef,
  server,
  stop,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet } from "./puppet.js";

interface Protocol {
  casts: { do(what: "throw" | "reject" | "nonsense" | "async nonsense" | "stop" | "note"): void };
  info: "throw";
}

interface Options {
  readonly traps?: boolean;
  readonly ending?: () => unknown;
}

function definition(
  log: unknown[],
  { traps = false, ending }: Options = {},
): Definition<undefined, ServerRef<Protocol>> {
  return server<Protocol>("ending")({
    init: (_: undefined, self) => {
      self.trapExit = traps;
      return "state";
    },
    calls: {},
    casts: {
      do: (what, state) => {
        switch (what) {
          case "throw":
            throw new Error("thrown");
          case "reject":
            return Promise.reject(new Error("thrown"));
          case "nonsense":
            return { state } as never;
          case "async nonsense":
            return Promise.resolve(undefined as never);
          case "stop":
            return stop("shutdown", state);
          case "note":
            log.push("note");
            return noreply(state);
        }
      },
    },
    info: (message, state) => {
      if (message === "throw") throw new Error("thrown");
      log.push(message.type);
      return noreply(state);
    },
    terminate: (reason, state) => {
      log.push([
        "terminate",
        typeof reason === "object" && reason.kind === "error" ? String(reason.error) : reason,
        state,
      ]);
      return ending?.();
    },
  });
}

const badReturn = expect.stringContaining("BadReturnError") as string;

describe.each(seeds)("terminate, order %s", (seed) => {
  async function start(options?: Options) {
    const test = testRuntime({ seed });
    const log: unknown[] = [];
    return { ...test, log, ref: await test.runtime.start(definition(log, options)) };
  }

  /** A parent, and a child of it that logs. */
  async function family(options?: Options) {
    const test = testRuntime({ seed });
    const log: unknown[] = [];
    const parent = await puppet(test.runtime);
    const child = await parent.run((self) => self.spawnLink(definition(log, options)));
    await test.clock.settle();
    return { ...test, log, parent, child };
  }

  test.each([
    ["throw", "Error: thrown"],
    ["reject", "Error: thrown"],
    ["nonsense", badReturn],
    ["async nonsense", badReturn],
    ["stop", "shutdown"],
  ] as const)("G9 it is called when a callback does this: %s", async (what, reason) => {
    const { ref, log } = await start();
    ref.cast("do", what);
    await ref.exited;
    expect(log).toEqual([["terminate", reason, "state"]]);
  });

  test("G9 it is called when info throws, and on stop()", async () => {
    const { ref, log } = await start();
    ref.send("throw");
    await ref.exited;
    const other = await start();
    await other.ref.stop();
    expect([log, other.log]).toEqual([[["terminate", "Error: thrown", "state"]], [["terminate", "normal", "state"]]]);
  });

  test.each(["shutdown", "normal"] as const)(
    "G9 it is called on the parent's exit signal if the server traps exits: %s",
    async (reason) => {
      const { clock, parent, child, log } = await family({ traps: true });
      parent.act((self) => self.exit(reason));
      await clock.settle();
      expect(log).toEqual([["terminate", reason, "state"]]);
      expect(await child.exited).toBe(reason);
    },
  );

  test("G9 an exit signal that the parent sends is one as well", async () => {
    const { clock, parent, child, log } = await family({ traps: true });
    parent.act((self) => self.exitSignal(child, "shutdown"));
    await clock.settle();
    expect(log).toEqual([["terminate", "shutdown", "state"]]);
    expect(parent.process.alive).toBe(false);
  });

  test("G9 it runs after the mail that preceded the exit signal", async () => {
    const { clock, parent, child, log } = await family({ traps: true });
    parent.act((self) => {
      (child as ServerRef<Protocol>).cast("do", "note");
      self.exitSignal(child, "shutdown");
      (child as ServerRef<Protocol>).cast("do", "note");
    });
    await clock.settle();
    expect(log).toEqual(["note", ["terminate", "shutdown", "state"]]);
  });

  test("G9 it is not called on the parent's exit signal if the server does not trap exits", async () => {
    const { clock, parent, child, log } = await family();
    parent.process.exit("shutdown");
    await clock.settle();
    expect(await child.exited).toBe("shutdown");
    expect(log).toEqual([]);
  });

  test.each(["a link", "a signal", "a signal from outside"])(
    "G9 an exit signal of anybody else is info to a server that traps exits: %s",
    async (how) => {
      const { runtime, clock, ref, log } = await start({ traps: true });
      const other = await puppet(runtime);
      if (how === "a signal from outside") ref.exit("shutdown");
      else if (how === "a signal") await other.run((self) => self.exitSignal(ref, "shutdown"));
      else {
        await other.run((self) => self.link(ref));
        other.process.exit("shutdown");
      }
      await clock.settle();
      expect(log).toEqual(["EXIT"]);
      expect(ref.alive).toBe(true);
    },
  );

  test.each([
    ["kill", true],
    ["kill", false],
    ["shutdown", false],
  ] as const)("G9 it is not called on %s with trapping %s", async (reason: ExitReason, traps) => {
    const { ref, log } = await start({ traps });
    ref.exit(reason);
    await ref.exited;
    expect(log).toEqual([]);
  });

  test("G9 it is not called when init failed", async () => {
    const { runtime } = testRuntime({ seed });
    const log: string[] = [];
    const failing = server<unknown>("failing")({
      init: () => {
        throw new Error("no");
      },
      calls: {},
      casts: {},
      terminate: () => log.push("terminate"),
    });
    await expect(runtime.start(failing)).rejects.toThrow();
    expect(log).toEqual([]);
  });

  test("G9 an async terminate is waited for, and what it ends with counts only if it fails", async () => {
    const opened = gate<string>();
    const { clock, ref, log, crashes } = await start({ ending: () => opened.promise });
    ref.cast("do", "stop");
    ref.cast("do", "note");
    await clock.settle();
    expect(ref.alive).toBe(true);
    opened.open("ignored");
    expect(await ref.exited).toBe("shutdown");
    expect(log).toEqual([["terminate", "shutdown", "state"]]);
    expect(crashes).toEqual([]);
  });

  test.each(["throws", "rejects"])("G9 a terminate that %s is the reason, and is not called again", async (how) => {
    const error = new Error("in terminate");
    const { ref, log, crashes } = await start({
      ending: () => {
        if (how === "throws") throw error;
        return Promise.reject(error);
      },
    });
    ref.cast("do", "stop");
    expect(await ref.exited).toEqual({ kind: "error", error });
    expect(log).toHaveLength(1);
    expect(crashes).toMatchObject([{ reason: { error }, state: "state" }]);
  });

  test("G9 a server can be killed while it terminates", async () => {
    const { clock, ref, crashes } = await start({ ending: () => new Promise(() => {}) });
    ref.cast("do", "throw");
    await clock.settle();
    expect(ref.alive).toBe(true);
    ref.exit("kill");
    expect(await ref.exited).toBe("killed");
    expect(crashes).toEqual([]);
  });

  test("G9 terminate may use the process: monitors, timers, links are still there", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const seen: boolean[] = [];
    const ref: Process = await runtime.start(
      server<unknown>("using")({
        init: (_: undefined, self) => {
          self.sendAfter(1_000, undefined as never);
        },
        calls: {},
        casts: {},
        terminate: (_, __, self) => {
          seen.push(self.process.alive, !self.signal.aborted, clock.timers === 1);
        },
      }),
    );
    await ref.stop();
    expect(seen).toEqual([true, true, true]);
    expect(clock.timers).toBe(0);
  });
});
