import { noreply, reply, server, startWith, stop } from "caduceus/actors";

/** Your own server: keeps notes, and ends when nobody came for half an hour. */
export interface Session {
  calls: { notes(): readonly string[] };
  casts: { note(text: string): void };
}
const idle = { timeout: 30 * 60_000 };

export const session = server<Session>("session")({
  init: (notes: readonly string[]) => startWith(notes, idle),
  calls: { notes: (_, notes) => reply(notes, notes, idle) },
  casts: { note: (text, notes) => noreply([...notes, text], idle) },
  timeout: (notes) => stop("normal", notes),
});
