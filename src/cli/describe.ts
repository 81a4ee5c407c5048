import type { ClientEvents } from "../client/events.js";
import type { Stats } from "../connection/settings.js";
import type { CallToolResult } from "../protocol/results.js";
import { cleanServerText } from "../protocol/server-text.js";

/** What a client tells of a loss and of the recovery. */
export type RecoveryEvent =
  | { readonly type: "state"; readonly event: ClientEvents["state"] }
  | { readonly type: "lost"; readonly event: ClientEvents["lost"] }
  | { readonly type: "ready"; readonly event: ClientEvents["ready"] };

/** An event in a few words; `now` is on `Date.now()`'s clock. */
export function describeEvent(news: RecoveryEvent, now: number): string {
  switch (news.type) {
    case "state":
      return `state  ${news.event}`;
    case "lost": {
      const { retryAt } = news.event;
      return retryAt === undefined ? "lost" : `lost   the next server is started in ${Math.max(0, retryAt - now)} ms`;
    }
    case "ready":
      return `ready  incarnation ${news.event.incarnation}`;
  }
}

/** A client's counters in a line. */
export function describeStats({ operations, progress, restarts }: Stats): string {
  const { delivered, ...others } = progress;
  const dropped = Object.values(others).reduce((sum, count) => sum + count, 0);
  const counts = [
    `${operations.settled} of ${operations.started} operations settled`,
    `${delivered} updates delivered, ${dropped} dropped`,
    `${restarts.incarnations} server starts`,
  ];
  return counts.join(" · ");
}

/** The text of a tool's answer, fit for a terminal. */
export function textOf({ content }: CallToolResult): string {
  return cleanServerText(content.map((part) => (part.type === "text" ? part.text : `(${part.type})`)).join(" "));
}
