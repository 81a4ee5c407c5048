import { expect, test } from "vitest";
import { holdClocks, tellCancelled } from "../../../src/connection/giving-up.js";
import { type Pending, PendingTable, type Ticket } from "../../../src/connection/pending.js";
import type { Wire } from "../../../src/connection/wire.js";
import { Tokens } from "../../../src/operation/token.js";
import type { Codec } from "../../../src/protocol/codec.js";

/** What is told of a cancelled request 5 over this kind of wire, in an era that is cancelled so. */
function toldOver(isHttp: boolean, isCancelledByClosing: boolean): unknown[] {
  const told: unknown[] = [];
  const wire = {
    isHttp,
    write: (text: string, head: unknown) => void told.push([JSON.parse(text), head]),
    abandon: (id: unknown) => void told.push(["abandon", id]),
  } as unknown as Wire;
  const codec = {
    isCancelledByClosing,
    cancelled: (requestId: number, reason: string) => ({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId, reason },
    }),
    headers: (method: string) => ({ "mcp-method": method }),
  } as unknown as Codec;
  tellCancelled(wire, codec, 5, "enough");
  return told;
}

const message = [
  { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 5, reason: "enough" } },
  { kind: "notification", method: "notifications/cancelled", headers: { "mcp-method": "notifications/cancelled" } },
];

test("a cancelled request is told by a message, unless the end of its own stream says it", () => {
  expect(toldOver(false, false)).toEqual([message, ["abandon", 5]]);
  expect(toldOver(false, true)).toEqual([message, ["abandon", 5]]);
  expect(toldOver(true, false)).toEqual([message, ["abandon", 5]]);
  expect(toldOver(true, true)).toEqual([["abandon", 5]]);
});

test("a request of the server's stops the clock of the one it came by, or of all under way, until it is answered", () => {
  const table = new PendingTable(new Tokens());
  const [one, two] = ["a", "b"].map((token, index) => {
    const pending = table.add({ token } as Ticket, { reply: () => undefined });
    table.beginAttempt(pending, { id: index + 1, sequence: 1, wireToken: token, codec: {} as Codec });
    return pending;
  }) as [Pending, Pending];
  const pauses = () => [one.pauses, two.pauses];

  const letOne = holdClocks(table, 1, one);
  expect(pauses()).toEqual([1, 0]);
  const letNobody = holdClocks(table, 9, undefined);
  expect(pauses()).toEqual([1, 0]);
  const letAll = holdClocks(table, undefined, undefined);
  expect(pauses()).toEqual([2, 1]);
  letOne();
  letNobody();
  expect(pauses()).toEqual([1, 1]);
  letAll();
  expect(pauses()).toEqual([0, 0]);
});
