import { describe, expect, onTestFinished, test, vi } from "vitest";
import { closeOnSignals } from "../../../src/client/signals.js";
import { testRuntime } from "../../../src/testing/index.js";

/** The host's own listener, so that no signal ends the program that runs this test. */
function host() {
  const heard = vi.fn();
  process.on("SIGTERM", heard);
  onTestFinished(() => void process.off("SIGTERM", heard));
  return heard;
}

/** The same for a host without a listener: what would end it is only noted. */
function killed() {
  return vi.spyOn(process, "kill").mockImplementation(() => true);
}

const { runtime } = testRuntime();
const raise = () => process.emit("SIGTERM", "SIGTERM");
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a client that is closed on signals", () => {
  test("is closed once, and leaves the rest to the host that listens itself", async () => {
    const heard = host();
    const kill = killed();
    const close = vi.fn(async () => undefined);
    closeOnSignals(runtime, close);
    const before = process.listenerCount("SIGTERM");

    raise();
    raise();
    await turn();

    expect(close).toHaveBeenCalledTimes(1);
    expect(heard).toHaveBeenCalledTimes(2);
    expect(kill).not.toHaveBeenCalled();
    expect(process.listenerCount("SIGTERM")).toBe(before - 1);
  });

  test("lets the signal end a host that does not listen, once it is closed", async () => {
    const kill = killed();
    let closed: () => void = () => undefined;
    closeOnSignals(runtime, () => new Promise<void>((resolve) => (closed = resolve)));

    raise();
    await turn();
    expect(kill).not.toHaveBeenCalled();
    closed();
    await turn();

    expect(kill.mock.calls).toEqual([[process.pid, "SIGTERM"]]);
  });

  test("is waited for no longer when a second signal comes", async () => {
    const kill = killed();
    closeOnSignals(runtime, () => new Promise(() => undefined));

    raise();
    raise();

    expect(kill.mock.calls).toEqual([[process.pid, "SIGTERM"]]);
  });

  test("does not listen any more when it is told to stop, unless it is closing", async () => {
    const before = process.listenerCount("SIGTERM");
    closeOnSignals(runtime, async () => undefined)();

    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});
