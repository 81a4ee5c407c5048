import { onTestFinished } from "vitest";
import { onSent } from "./wire-source.mjs";

/** A message a client has handed to a transport. */
export interface Sent {
  readonly incarnation: number;
  readonly id: number | undefined;
  readonly method: string;
}

/** Collects everything that clients of this test send from now on, in order. */
export function traffic(): Sent[] {
  const sent: Sent[] = [];
  const stop = onSent(({ incarnation, text }) => {
    const { id, method = "(answer)" } = JSON.parse(text) as { readonly id?: number; readonly method?: string };
    sent.push({ incarnation, id, method });
  });
  onTestFinished(stop);
  return sent;
}

/** The methods of what was sent, in order. */
export function methodsOf(sent: readonly Sent[]): string[] {
  return sent.map(({ method }) => method);
}
