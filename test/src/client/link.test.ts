import { describe, expect, test } from "vitest";
import { CallError, VirtualClock } from "../../../actors/index.js";
import { ConnectionLink } from "../../../src/client/link.js";
import type { Ticket } from "../../../src/connection/pending.js";
import type { ConnectionRef } from "../../../src/connection/protocol.js";

const ticket = { method: "ping", token: "t", timeout: 1_000, maxTimeout: 2_000, calledAt: 0, startedAt: 0 } as Ticket;
const done = { ok: true, result: {}, outcome: "completed", attempts: 1 };
/** A connection as the link sees it: alive, and its calls end so. */
const connection = (call: () => Promise<unknown>) =>
  ({ alive: true, call, cast: () => undefined }) as unknown as ConnectionRef;
const ended = (failure: "noproc" | "exit") =>
  connection(async () => await Promise.reject(new CallError(failure, "request")));

function setUp() {
  const clock = new VirtualClock();
  return { clock, link: new ConnectionLink(clock, 10, () => undefined) };
}

describe("ConnectionLink", () => {
  test("a call that comes after its connection's end waits for the next one: nobody knows of it", async () => {
    const { clock, link } = setUp();
    link.attach(ended("noproc"));
    const settled = link.request(ticket);
    await clock.settle();

    link.attach(connection(async () => done));

    expect(await settled).toEqual(done);
    expect(clock.timers).toBe(0);
  });

  test("a call whose connection ended meanwhile fails: it may be what ended it", async () => {
    const { link } = setUp();
    link.attach(ended("exit"));

    expect(await link.request(ticket)).toMatchObject({
      ok: false,
      failure: { code: "CONNECTION_LOST" },
      outcome: "unknown",
    });
  });

  test("between two connections calls wait, and are cancelled there", async () => {
    const { clock, link } = setUp();
    link.attach(connection(async () => done));
    link.detach();
    const settled = link.request(ticket);

    link.cancel({ token: "t", caller: undefined, reason: "why" });

    expect(await settled).toMatchObject({ failure: { code: "CANCELLED", reason: "why" }, outcome: "not_sent" });
    expect(clock.timers).toBe(0);
  });

  test("the limit of a whole call that is nearly over is what ends the wait", async () => {
    const { clock, link } = setUp();
    await clock.advance(1_900);
    const settled = link.request({ ...ticket, startedAt: 1_900 });
    await clock.advance(100);

    expect(await settled).toMatchObject({ failure: { code: "TIMEOUT", limit: "maxTimeout", after: 2_000 } });
  });

  test("closed, it takes nothing in and lets go of what waits", async () => {
    const { clock, link } = setUp();
    const waiting = link.request(ticket);
    const failure = { code: "CONNECTION_CLOSED", message: "closed" } as const;

    link.close(failure);
    link.close({ ...failure, message: "again" });

    expect(await waiting).toMatchObject({ failure, outcome: "not_sent" });
    expect(await link.request(ticket)).toMatchObject({ failure });
    link.attach(connection(async () => done));
    expect(await link.request(ticket)).toMatchObject({ failure });
    expect(clock.timers).toBe(0);
  });
});
