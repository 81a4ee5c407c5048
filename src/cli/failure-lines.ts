import { CaduceusError, ConnectionLostError } from "../protocol/errors.js";
import { cleanServerText } from "../protocol/server-text.js";

/** The last lines of a server's stderr that are worth showing. */
const LAST_LINES = 3;

/** What is known of a failure, for a person: what it is, its facts, the server's last words, its causes. */
export function failureLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const lines = [`${error.name}: ${error.message}`];
  if (error instanceof CaduceusError) lines.push(`  ${factsOf(error).join(" · ")}`);
  if (error instanceof ConnectionLostError) lines.push(...lastWords(error.stderr));
  if (error.cause !== undefined) lines.push(...failureLines(error.cause).map((line) => `  caused by ${line.trimStart()}`));
  return lines;
}

function factsOf(error: CaduceusError): string[] {
  const facts = [`code ${error.code}`, `outcome ${error.outcome}`, `attempts ${error.attempts}`];
  if (!(error instanceof ConnectionLostError)) return facts;
  const { signal, exitCode, incarnation } = error;
  if (signal) facts.push(`signal ${signal}`);
  else if (typeof exitCode === "number") facts.push(`exit code ${exitCode}`);
  return [...facts, `incarnation ${incarnation}`];
}

/** Text of a server's goes to a terminal here: control characters are taken out. */
function lastWords(stderr: readonly string[]): string[] {
  return stderr.slice(-LAST_LINES).map((line) => `  stderr │ ${cleanServerText(line)}`);
}
