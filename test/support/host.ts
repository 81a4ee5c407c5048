import type { Params } from "../../src/index.js";
import { ask, Script, type Step, say } from "../../src/testing/index.js";
import type { Stage } from "./memory.js";

/** A server that asks the client something while its tool `work` runs. */
export function asking(method: string, params?: Params, data: ConstructorParameters<typeof Script>[0] = {}): Script {
  return new Script(data).tool("work", ask(method, params), say("done"));
}

/** The same in the modern era: the result says what is needed, and the request comes again. */
export function needing(method: string, params: Params | undefined, ...then: readonly Step[]): Script {
  const inputRequests = { key: params === undefined ? { method } : { method, params } };
  return new Script({ era: "modern" })
    .once("tools/call", { do: "answer", result: { resultType: "input_required", inputRequests, requestState: "s" } })
    .on("tools/call", ...then);
}

interface Reply {
  readonly id: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** What the client has answered to the server's requests, oldest first. */
export function replies({ server }: Pick<Stage, "server">): Reply[] {
  return server.received.filter((message) => !("method" in message)) as unknown as Reply[];
}
