/** What can go wrong with one message on its way. Made by {@link fault}. */
export type Fault =
  | { readonly type: "delay"; readonly from: number; readonly to: number }
  | { readonly type: "drop" }
  | { readonly type: "duplicate"; readonly copies: number }
  | { readonly type: "truncate" }
  | { readonly type: "garble" }
  | { readonly type: "split" }
  | { readonly type: "merge" }
  | { readonly type: "stall"; readonly ms: number }
  | { readonly type: "cut"; readonly message: string };

/** The faults by name. `fault.stall()` is not the script's `stall()`, which is a server's own doing. */
export const fault = {
  /** It arrives so many milliseconds later, and what comes behind it too; with two numbers, some time between them. */
  delay: (from: number, to: number = from): Fault => ({ type: "delay", from, to }),
  /** It never arrives, and nobody is told. */
  drop: (): Fault => ({ type: "drop" }),
  /** It arrives once more, or `copies` times more. */
  duplicate: (copies = 1): Fault => ({ type: "duplicate", copies }),
  /** Only its beginning arrives, as a line of its own. */
  truncate: (): Fault => ({ type: "truncate" }),
  /** One of its characters is another one. */
  garble: (): Fault => ({ type: "garble" }),
  /** It arrives in two pieces, cut anywhere, also within a character. Only of what is received. */
  split: (): Fault => ({ type: "split" }),
  /** It arrives together with the next one, in one piece. Only of what is received. */
  merge: (): Fault => ({ type: "merge" }),
  /**
   * From it on nothing passes in its direction for `ms` milliseconds, by default for ever. What is sent meanwhile waits,
   * and the client is told that nobody reads.
   */
  stall: (ms: number = Number.POSITIVE_INFINITY): Fault => ({ type: "stall", ms }),
  /** The transport ends before it passes, as when a connection is reset. */
  cut: (message = "The connection was cut"): Fault => ({ type: "cut", message }),
} as const;

/** The text with one character replaced; never by a line break, which would make two messages of it. */
export function garbled(text: string, random: () => number): string {
  const index = Math.floor(random() * text.length);
  const replacement = GARBAGE[Math.floor(random() * GARBAGE.length)] ?? "?";
  return text.slice(0, index) + replacement + text.slice(index + 1);
}

const GARBAGE = ['"', "{", "}", "]", "\\", "\u0000", "�", "x", "9", ","];

/** A beginning of the text, at least one character short. */
export function truncated(text: string, random: () => number): string {
  return text.slice(0, Math.floor(random() * text.length));
}
