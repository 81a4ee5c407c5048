import { vi } from "vitest";

/**
 * Clocks that can be set forward, those of libraries included, while sockets stay real: they go by themselves, too. End it
 * with `vi.useRealTimers()`.
 */
export function fakeClocks(): void {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"],
    shouldAdvanceTime: true,
  });
}

/** Lets so many milliseconds pass, `step` at a time: between two the sockets' traffic gets some turns. */
export async function pass(ms: number, step: number): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    await vi.advanceTimersByTimeAsync(Math.min(left, step));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}
