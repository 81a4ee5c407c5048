import type { Reporter } from "../telemetry/reporter.js";
import type { TransportNews } from "../transport/transport.js";

/** Tells telemetry what a transport has told, as far as there is a channel for it. */
export function reportNews(reporter: Reporter, news: TransportNews): void {
  const { type, incarnation } = news;
  if (type === "received") reporter.received(incarnation, news.value, news.via);
  else if (type === "opened") reporter.connected(incarnation, news.wire ?? "pipe");
  else if (type === "unreachable") reporter.troubled(incarnation, "unreachable");
  else if (type === "failed") reporter.troubled(incarnation, "request", { id: news.id, code: news.failure.code });
}
