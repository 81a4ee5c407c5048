import { expect, test } from "vitest";
import { tellTooLarge } from "../../../src/transport/too-large.js";
import type { TransportNews, TransportSetup } from "../../../src/transport/transport.js";

const incarnation = 3;

/** What the connection is told of a message of more than 100 bytes, of which this much could be read. */
function toldOf(envelope: Parameters<typeof tellTooLarge>[1]): TransportNews[] {
  const told: TransportNews[] = [];
  const connection = { send: (news: TransportNews) => void told.push(news) };
  tellTooLarge({ connection, incarnation } as unknown as TransportSetup, envelope, 100);
  return told;
}

test("an answer fails its own operation: the server has acted", () => {
  expect(toldOf({ id: 7, method: undefined })).toEqual([
    { type: "failed", incarnation, id: 7, outcome: "completed", failure: { code: "MESSAGE_TOO_LARGE", limit: 100 } },
  ]);
});

test("a notification is a warning that names it, without control characters", () => {
  expect(toldOf({ id: undefined, method: "notifications/\u001b[31mred" })).toMatchObject([
    {
      type: "warning",
      message: expect.stringContaining("The server sent notifications/ [31mred of more than 100 bytes"),
    },
  ]);
});

test("a request is a warning, and is refused", () => {
  expect(toldOf({ id: "ask-1", method: "sampling/createMessage" })).toMatchObject([
    { type: "warning", message: expect.stringContaining("sampling/createMessage") },
    { type: "refused", id: "ask-1", error: { code: -32_600 } },
  ]);
});

test("what cannot be told from garbage is a warning about a message", () => {
  expect(toldOf({ id: undefined, method: undefined })).toMatchObject([
    { type: "warning", message: expect.stringContaining("The server sent a message of more than 100 bytes") },
  ]);
});
