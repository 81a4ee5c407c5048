import { EventEmitter } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { Interruption } from "../../../src/cli/interruption.js";

const output = () => new EventEmitter() as unknown as NodeJS.WritableStream & EventEmitter;

describe("an interruption", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("by %s aborts, and has the exit code %i", (signal, code) => {
    using interruption = new Interruption(output());

    process.emit(signal, signal);

    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.signal.reason).toBe(signal);
    expect(interruption.exitCode).toBe(code);
  });

  test("by a second signal ends the program at once", () => {
    const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
    using _ = new Interruption(output());

    process.emit("SIGINT", "SIGINT");
    expect(exit).not.toHaveBeenCalled();
    process.emit("SIGTERM", "SIGTERM");

    expect(exit).toHaveBeenCalledWith(143);
  });

  test("is also an output that nobody reads any more, however often it fails", () => {
    const broken = output();
    using interruption = new Interruption(broken);

    broken.emit("error", new Error("EPIPE"));
    broken.emit("error", new Error("EPIPE"));

    expect(interruption.exitCode).toBe(141);
  });

  test("leaves the signals alone when it is over", () => {
    const before = process.listenerCount("SIGINT");

    new Interruption(output())[Symbol.dispose]();

    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
