import type { Client } from "../../client/client.js";
import type { EventName } from "../../client/events.js";
import { atEnd, type OperationPromise } from "../../client/operation-promise.js";
import { CaduceusError } from "../../protocol/errors.js";
import { isRecord } from "../../protocol/message.js";
import { ASKED_FOR, type Write } from "./client-events.js";
import { describeError, words } from "./describe.js";
import type { OperationNumbers } from "./operation-numbers.js";

/** The methods that return an operation, and what goes on the wire for each; `request` says that itself. */
const METHODS: ReadonlyMap<PropertyKey, string> = new Map([
  ["ping", "ping"],
  ["discover", "server/discover"],
  ["listTools", "tools/list"],
  ["callTool", "tools/call"],
  ["listResources", "resources/list"],
  ["listResourceTemplates", "resources/templates/list"],
  ["readResource", "resources/read"],
  ["listPrompts", "prompts/list"],
  ["getPrompt", "prompts/get"],
  ["complete", "completion/complete"],
  ["setLogLevel", "logging/setLevel"],
  ["request", "request"],
]);

/** What recording needs of the recorder. */
interface RecordShell {
  readonly write: Write;
  /** Milliseconds on the recorder's clock. */
  now(): number;
}

type Method = (...args: unknown[]) => unknown;

/** The client, whose operations are written down when they begin and when they have ended. */
export function recordedClient(client: Client, operations: OperationNumbers, shell: RecordShell): Client {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const method = value.bind(target) as Method;
      const wire = METHODS.get(key);
      if (wire !== undefined) return recorded(wire, method, operations, shell);
      if (key === "on") return recordedOn(method, shell.write);
      return method;
    },
  });
}

function recorded(wire: string, method: Method, operations: OperationNumbers, { write, now }: RecordShell): Method {
  return (...args) => {
    const began = now();
    const promise = method(...args) as OperationPromise<unknown>;
    const name = operations.next(promise.token);
    write("call", `${name} ${calledOf(wire, args[0])}`);
    const settled = (how: string) =>
      write("settled", words(name, how, `after ${Number((now() - began).toFixed(1))} ms`));
    atEnd(
      promise,
      () =>
        void promise.then(
          (result) => settled(describeResult(result)),
          (error) => settled(describeFailure(error)),
        ),
    );
    return promise;
  };
}

function calledOf(wire: string, first: unknown): string {
  if (wire === "request") return isRecord(first) && typeof first.method === "string" ? first.method : wire;
  const isNamed = wire === "tools/call" || wire === "prompts/get";
  return isNamed && typeof first === "string" ? `${wire} ${first}` : wire;
}

function describeResult(result: unknown): string {
  return isRecord(result) && result.isError === true ? "isError" : "ok";
}

function describeFailure(error: unknown): string {
  if (!(error instanceof CaduceusError)) return describeError(error);
  return words(describeError(error), error.outcome, `attempts ${error.attempts}`);
}

function recordedOn(on: Method, write: Write): Method {
  return (event, handler) => {
    if (!ASKED_FOR.has(event as EventName) || typeof handler !== "function") return on(event, handler);
    return on(event, (value: unknown) => {
      write(event as EventName);
      return handler(value) as unknown;
    });
  };
}
