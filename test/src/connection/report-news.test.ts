import { expect, test } from "vitest";
import { reportNews } from "../../../src/connection/report-news.js";
import type { TransportNews } from "../../../src/transport/transport.js";
import { noteReports } from "../../support/reporter.js";

const failure = { outcome: "unknown", failure: { code: "OVERLOADED", limit: 1 } } as const;

test.each<[TransportNews, unknown[][]]>([
  [{ type: "received", incarnation: 1, value: { a: 1 }, via: 5 }, [["received", 1, { a: 1 }, 5]]],
  [{ type: "opened", incarnation: 2, wire: "http" }, [["connected", 2, "http"]]],
  [{ type: "opened", incarnation: 2 }, [["connected", 2, "pipe"]]],
  [{ type: "unreachable", incarnation: 3, end: { message: "gone" } }, [["troubled", 3, "unreachable"]]],
  [{ type: "failed", incarnation: 4, id: 7, ...failure }, [["troubled", 4, "request", { id: 7, code: "OVERLOADED" }]]],
  [{ type: "accepted", incarnation: 1, upTo: 1 }, []],
  [{ type: "forgotten", incarnation: 1 }, []],
])("of the news %j telemetry is told what it has a channel for", (news, told) => {
  const noted: unknown[][] = [];
  reportNews(noteReports(noted), news);

  expect(noted).toEqual(told);
});
