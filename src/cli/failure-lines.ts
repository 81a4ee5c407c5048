import type { AttemptOutcome } from "../protocol/base-error.js";
import { CaduceusError, ConnectionLostError } from "../protocol/errors.js";
import { cleanServerText } from "../protocol/server-text.js";

/** The last lines of a server's stderr that are worth showing. */
const LAST_LINES = 3;

const meaning: Readonly<Record<AttemptOutcome, string>> = {
  not_sent: "the server has not seen the request",
  rejected: "the server did not act on the request",
  unknown: "sent but not answered: the server may have acted on it",
  completed: "the server answered",
};

/** What is known of a failure, for a person: what it is, its facts, the server's last words, its causes. */
export function failureLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const facts = error instanceof CaduceusError ? factsOf(error) : [];
  const lines = [`${error.name}: ${error.message}`, ...facts.map(([name, value]) => `  ${name.padEnd(9)} ${value}`)];
  if (error.cause === undefined) return lines;
  const [first, ...others] = failureLines(error.cause);
  return [...lines, `caused by ${first}`, ...others];
}

function factsOf(error: CaduceusError): [name: string, value: string][] {
  const { code, outcome, attempts } = error;
  const facts: [string, string][] = [
    ["code", code],
    ["outcome", `${outcome} (${meaning[outcome]})`],
    ["attempts", String(attempts)],
  ];
  if (error instanceof ConnectionLostError) facts.push(...endOf(error));
  return facts;
}

/** How the server ended. What it wrote goes to a terminal here, so control characters are taken out. */
function endOf({ signal, exitCode, stderr }: ConnectionLostError): [name: string, value: string][] {
  const facts: [string, string][] = [];
  if (typeof signal === "string") facts.push(["signal", signal]);
  else if (typeof exitCode === "number") facts.push(["exit code", String(exitCode)]);
  for (const line of stderr.slice(-LAST_LINES)) facts.push(["stderr", cleanServerText(line)]);
  return facts;
}
