import { describe, expect, test } from "vitest";
import { noreply, type ServerRef, server } from "../../../actors/index.js";
import { type Probe, testRuntime } from "../../../src/testing/index.js";

interface Echo {
  calls: Record<never, never>;
  casts: { say(text: string): void; later(text: string): void };
  info: { readonly tell: string };
}

/** Says to the probe what it is told to, at once or later. */
const echo = server<Echo>("echo")<Probe<string>, Probe<string>>({
  init: (probe) => probe,
  calls: {},
  casts: {
    say(text, probe) {
      probe.process.send(text);
      return noreply(probe);
    },
    later(text, probe, self) {
      self.sendAfter(1_000, { tell: text });
      return noreply(probe);
    },
  },
  info(message, probe) {
    if ("tell" in message) probe.process.send(message.tell);
    return noreply(probe);
  },
});

describe("a probe", () => {
  test("keeps what it is sent, in order", async () => {
    const { probe, echo } = await stage();
    echo.cast("say", "one");
    echo.cast("say", "two");

    expect([await probe.next(), await probe.next()]).toEqual(["one", "two"]);
    expect(probe.waiting).toEqual([]);
  });

  test("lets only as much time pass as the message needs", async () => {
    const { probe, echo, clock } = await stage();
    echo.cast("later", "hello");

    expect(await probe.next({ within: 60_000 })).toBe("hello");
    expect(clock.now()).toBe(1_000);
  });

  test("a message that does not come is an error, when all of the time has passed", async () => {
    const { probe, echo, clock } = await stage();
    echo.cast("later", "hello");

    await expect(probe.next({ within: 999 })).rejects.toThrow("a message within 999 ms, got none");
    expect(clock.now()).toBe(999);
    await expect(probe.next()).rejects.toThrow("within 0 ms");
  });

  test("expecting nothing fails when something comes", async () => {
    const { probe, echo } = await stage();
    echo.cast("later", "hello");

    await probe.expectNothing(999);
    await expect(probe.expectNothing(1)).rejects.toThrow("got 1 messages");
  });

  test("hears of the end of a process that it watches, and waits for ends", async () => {
    const { probe, echo, runtime } = await stage();
    await probe.watch(echo);
    runtime.clock.setTimer(500, () => echo.exit("kill"));

    expect(await probe.expectEnd(echo, { within: 1_000 })).toBe("killed");
    expect(await probe.next()).toMatchObject({ type: "DOWN", process: echo, reason: "killed" });
  });

  test("a process that does not end is an error", async () => {
    const { probe, echo } = await stage();

    await expect(probe.expectEnd(echo, { within: 10 })).rejects.toThrow("Expected echo to end within 10 ms");
  });

  test("ends with its runtime", async () => {
    const { probe, runtime } = await stage();
    await runtime.stop();

    expect(probe.process.alive).toBe(false);
  });
});

async function stage(): Promise<
  ReturnType<typeof testRuntime> extends infer R
    ? Omit<R, "probe"> & { probe: Probe<string>; echo: ServerRef<Echo> }
    : never
> {
  const { probe: make, ...rest } = testRuntime();
  const probe = make<string>();
  return { ...rest, probe, echo: await rest.runtime.start(echo, probe) };
}
