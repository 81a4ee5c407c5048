import type { RecordedEvent } from "./recorder.js";

/** Events as a table; what was left out before them is its first line. */
export function printed(events: readonly RecordedEvent[], leftOut: number): string {
  const rows = events.map(({ at, who, event, details }) => [time(at), who, event, details] as const);
  const [first, second, third] = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => lengthOf(row, column))));
  const lines = rows.map(([at, who, event, details]) =>
    `${at.padStart(first ?? 0)}  ${who.padEnd(second ?? 0)}  ${event.padEnd(third ?? 0)}  ${details}`.trimEnd(),
  );
  return [...(leftOut > 0 ? [`… ${leftOut} earlier events`] : []), ...lines].join("\n");
}

function lengthOf(row: readonly string[], column: number): number {
  return row[column]?.length ?? 0;
}

/** A tenth of a millisecond is as fine as anybody reads; whole ones are shown whole. */
function time(ms: number): string {
  return `${Number(ms.toFixed(1))} ms`;
}
