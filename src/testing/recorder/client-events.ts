import type { Client } from "../../client/client.js";
import type { ClientEvents, EventName } from "../../client/events.js";
import type { ProgressToken } from "../../protocol/message.js";
import { describeError, describeReady, words } from "./describe.js";
import { OperationNumbers } from "./operation-numbers.js";

/** Writes a line about one client. */
export type Write = (event: string, details?: string) => void;

/** Listening to these makes a client of the modern era ask its server for them, which a recorder must not. */
export const ASKED_FOR: ReadonlySet<EventName> = new Set(["toolsChanged", "promptsChanged", "resourcesChanged"]);

/** Writes down the events of a client; returns the numbers its operations are known by. */
export function watchClient(client: Client, write: Write, onStop: (stop: () => void) => void): OperationNumbers {
  const operations = new OperationNumbers();
  const number = (token: ProgressToken | undefined) => operations.of(token);
  const hear = <E extends EventName>(event: E, describe: (value: ClientEvents[E]) => string) =>
    onStop(client.on(event, (value) => write(event, describe(value))));
  hear("state", (state) => state);
  hear("ready", describeReady);
  hear("lost", ({ error, retryAt }) => words(describeError(error), retryAt === undefined ? "for good" : undefined));
  hear("down", ({ error }) => describeError(error));
  hear("closed", ({ cause }) => (cause === undefined ? "" : describeError(cause)));
  hear("progress", ({ token, progress, total }) => words(number(token), `${progress}/${total ?? "?"}`));
  hear("dropped", ({ what, token }) => words(what, number(token)));
  hear("warning", ({ message }) => message);
  hear("callbackError", ({ token, error, count }) => words(number(token), describeError(error), `count ${count}`));
  hear("stderr", (line) => `${line.length} characters`);
  hear("log", ({ level }) => level);
  hear("resourceUpdated", () => "");
  hear("taskStatus", ({ token, status }) => words(number(token), status));
  hear("elicitationComplete", () => "");
  write("watched", client.state);
  return operations;
}
