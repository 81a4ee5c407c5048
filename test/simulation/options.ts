import type { Runtime } from "../../actors/index.js";
import type { ConnectOptions } from "../../src/index.js";
import type { Settings } from "./program.js";

/** The client's options. `wait` is for handlers that take their time. */
export function optionsOf(settings: Settings, runtime: Runtime, wait: (ms: number) => Promise<void>): ConnectOptions {
  const { era, protocol, maxInFlight, maxPending, progressBuffer, progressDrain, heartbeat } = settings;
  const { downAfter, handler } = settings;
  const answer = async <T>(value: T): Promise<T> => {
    if (handler === "throws") throw new Error("handler");
    if (handler === "slow") await wait(40);
    return value;
  };
  const text = { type: "text", text: "hello" } as const;
  return {
    runtime,
    lazy: true,
    protocol: protocol === "own" && era !== "dual" ? era : "auto",
    startTimeout: 10_000,
    maxInFlight,
    maxPending,
    progressBuffer,
    progressDrain,
    heartbeat,
    downAfter,
    backoff: { resetAfter: 5_000 },
    restart: { max: 1_000 },
    roots: [{ uri: "file:///a" }],
    onElicitation: () => answer({ action: "accept", content: { name: "it" } }),
    onSampling: () => answer({ role: "assistant", content: text, model: "none" }),
  };
}
