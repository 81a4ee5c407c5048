import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { onTestFinished } from "vitest";
import { RAW_CHANNEL } from "./wire-violations.js";

/** A message a client has handed to a transport. */
export interface Sent {
  readonly incarnation: number;
  readonly id: number | undefined;
  readonly method: string;
}

/** Collects everything that clients of this test send from now on, in order. */
export function traffic(): Sent[] {
  const sent: Sent[] = [];
  const listen = (message: unknown) => {
    const { incarnation, text } = message as { readonly incarnation: number; readonly text: string };
    const { id, method = "(answer)" } = JSON.parse(text) as { readonly id?: number; readonly method?: string };
    sent.push({ incarnation, id, method });
  };
  subscribe(RAW_CHANNEL, listen);
  onTestFinished(() => void unsubscribe(RAW_CHANNEL, listen));
  return sent;
}

/** The methods of what was sent, in order. */
export function methodsOf(sent: readonly Sent[]): string[] {
  return sent.map(({ method }) => method);
}
