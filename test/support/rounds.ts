import type { Answer } from "../../src/connection/answers.js";
import { answer, Script, type Step } from "../../src/testing/index.js";
import type { Stage } from "./memory.js";

export const modern = new Script({ era: "modern" });

/** What a server answers that wants to know something first. */
export const asks = (inputRequests?: object, requestState?: string): Step =>
  answer({
    resultType: "input_required",
    ...(inputRequests === undefined ? {} : { inputRequests }),
    ...(requestState === undefined ? {} : { requestState }),
  });
export const elicit = (message = "?") => ({ method: "elicitation/create", params: { message } });
export const accept = (): Answer => ({ result: { action: "accept", content: {} } });

/** Answers after a while on the clock of the test, unless it is not waited for any more. */
export function slowly({ clock }: Pick<Stage, "clock">, ms: number) {
  return (signal: AbortSignal) =>
    new Promise<Answer>((resolve, reject) => {
      const timer = clock.setTimer(ms, () => resolve(accept()));
      signal.addEventListener("abort", () => {
        clock.clearTimer(timer);
        reject(signal.reason);
      });
    });
}
