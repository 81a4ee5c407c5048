import type { ResourceKind } from "./resources.js";

/** Something that is left when nothing should be. */
export interface Leak {
  /**
   * What it is. `process`: of a runtime. `virtual timer`: of its virtual clock. `abort listener`: on a signal that was to be
   * watched. `host listener`: on `process`, such as those of signals. The others are Node's.
   */
  readonly kind: ResourceKind | "process" | "virtual timer" | "abort listener" | "host listener";
  /** What is known of it, such as a process's label. */
  readonly what: string;
  /** The line that made it, as `path:line:column`, where that is known. */
  readonly where: string | undefined;
}

const ADVICE: Readonly<Record<Leak["kind"], string>> = {
  process:
    "close every client (`await client.close()`, or `await using`) and stop the runtime (`await runtime.stop()`)",
  "virtual timer": "close every client, or let the time pass that the timers wait for",
  timer: "close every client, and clear the timers that the program has set itself",
  socket: "close every client, and end the sockets that the program has opened itself",
  "listening socket": "close every scripted HTTP server (`await server.close()`) and every server of the program's own",
  pipe: "close every client, and end the child processes that the program has started itself",
  "child process": "close every client, and end the child processes that the program has started itself",
  "file watcher": "close the file watchers of the program's own",
  "abort listener": "close every client that was given the signal, and remove the listeners of the program's own",
  "host listener": "close every client, and remove the listeners that the program has added to `process`",
};

/** Shown of more than so many that are the same. */
const MOST_SHOWN = 20;

/** What `expectNoLeaks` throws: what is left, and what to do about it. */
export class LeakError extends Error {
  override readonly name = "LeakError";
  readonly code = "LEAK";
  /** Everything that is left. */
  readonly left: readonly Leak[];

  constructor(left: readonly Leak[], within: number) {
    super(messageOf(left, within));
    this.left = left;
  }
}

function messageOf(left: readonly Leak[], within: number): string {
  const shown = left
    .slice(0, MOST_SHOWN)
    .map(({ what, where }) => `- ${what}${where === undefined ? "" : `, at ${where}`}`);
  const more = left.length > MOST_SHOWN ? [`- and ${left.length - MOST_SHOWN} more`] : [];
  const advice = [...new Set(left.map(({ kind }) => ADVICE[kind]))].map((each) => `- ${each}`);
  return [
    `Expected nothing to be left within ${within} ms, but there is:`,
    ...shown,
    ...more,
    "What to do:",
    ...advice,
  ].join("\n");
}
