import { expect, test } from "vitest";
import { unsentBecause } from "../../../src/transport/sdk-failure.js";

const withCode = (code: unknown) => Object.assign(new Error("no"), { code });
const withStatus = (status: unknown) => Object.assign(new Error("no"), { code: "CLIENT_HTTP", status });

test.each([
  ["an error without a status", new Error("no"), { outcome: "unknown", failure: { code: "CONNECTION_LOST" } }],
  ["a code that is none", withCode("ECONNREFUSED"), { outcome: "unknown", failure: { code: "CONNECTION_LOST" } }],
  ["a status that is no failure", withCode(200), { outcome: "unknown", failure: { code: "CONNECTION_LOST" } }],
  ["no error at all", { code: 400 }, { outcome: "unknown", failure: { code: "CONNECTION_LOST" } }],
  ["version 1's 400", withCode(400), { outcome: "completed", failure: { code: "HTTP", http: { status: 400 } } }],
  ["version 2's 400", withStatus(400), { outcome: "completed", failure: { code: "HTTP", http: { status: 400 } } }],
  ["a 502", withCode(502), { outcome: "unknown", failure: { code: "HTTP", http: { status: 502 } } }],
  ["a 429", withStatus(429), { outcome: "rejected", failure: { code: "HTTP" }, retryAfter: expect.any(Number) }],
  [
    "a 401",
    withCode(401),
    { outcome: "rejected", failure: { code: "UNAUTHORIZED", status: 401 }, retryAfter: Infinity },
  ],
])("%s is read for what it says", (_, error, news) => {
  const told = unsentBecause(error, "tools/call", 3, false);

  expect(told).toMatchObject({ news, isSessionGone: false });
  expect(told.news.failure).toMatchObject({ cause: error });
});

test.each([
  [true, { news: { outcome: "rejected" }, isSessionGone: true }],
  [false, { news: { outcome: "completed" }, isSessionGone: false }],
])("a 404 where there is a session (%s) says whether it is gone", (hasSession, expected) => {
  expect(unsentBecause(withCode(404), "tools/call", 3, hasSession)).toMatchObject(expected);
});
