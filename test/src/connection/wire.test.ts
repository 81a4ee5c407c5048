import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, onTestFinished, test } from "vitest";
import type { Clock } from "../../../actors/index.js";
import { Wire } from "../../../src/connection/wire.js";
import { Reporter } from "../../../src/telemetry/reporter.js";
import type { MessageHead, TransportRef } from "../../../src/transport/transport.js";
import { noteReports } from "../../support/reporter.js";

const ping = (id: number) => JSON.stringify({ jsonrpc: "2.0", id, method: "ping" });
const head: MessageHead = { kind: "request", id: 1, method: "ping", headers: {} };

/** A wire to a transport that notes what it is told. */
function setUp(options: { isHttp?: boolean } = {}) {
  const told: unknown[][] = [];
  const reports: unknown[][] = [];
  const transport = { cast: (...what: unknown[]) => void told.push(what) } as unknown as TransportRef;
  const wire = new Wire();
  wire.attach(transport, 1, noteReports(reports));
  wire.isHttp = options.isHttp ?? false;
  return { wire, transport, told, reports };
}

test("frames are counted up from 1, anew for every transport", () => {
  const { wire, transport, told, reports } = setUp();

  expect([wire.write(ping(1), head), wire.write(ping(2), head)]).toEqual([1, 2]);
  wire.attach(transport, 2, noteReports(reports));
  expect(wire.write(ping(3), head)).toBe(1);
  expect(told).toEqual([
    ["write", { text: ping(1), sequence: 1, head }],
    ["write", { text: ping(2), sequence: 2, head }],
    ["write", { text: ping(3), sequence: 1, head }],
  ]);
});

test("each frame is told with the life it went out in", () => {
  const { wire, transport, reports } = setUp();
  wire.write(ping(1), head);
  wire.attach(transport, 2, noteReports(reports));
  wire.write(ping(2), head);

  expect(reports).toEqual([
    ["sent", 1, head, ping(1)],
    ["sent", 2, head, ping(2)],
  ]);
});

test("before there ever was a transport nothing is told", () => {
  expect(new Wire().write(ping(1), head)).toBe(1);
});

test("without a transport nothing is written, and nobody is told anything", () => {
  const { wire, told } = setUp({ isHttp: true });
  wire.detach();

  wire.write(ping(1), head);
  wire.abandon(1);
  wire.reopen();

  expect(told).toEqual([]);
});

test("what was accepted may have arrived, and nothing else", () => {
  const { wire } = setUp();
  expect(wire.mayHaveArrived(1)).toBe(false);

  wire.accepted(2);

  expect([1, 2, 3].map((sequence) => wire.mayHaveArrived(sequence))).toEqual([true, true, false]);
});

test("a server that does not read may have what came before the frame it has begun", () => {
  const { wire } = setUp();
  wire.accepted(1);
  expect(wire.isStalled).toBe(false);
  wire.stalled(3);
  expect(wire.isStalled).toBe(true);
  expect([1, 2, 3, 4].map((sequence) => wire.mayHaveArrived(sequence))).toEqual([true, true, false, false]);

  wire.accepted(3);

  expect(wire.isStalled).toBe(false);
  expect([3, 4].map((sequence) => wire.mayHaveArrived(sequence))).toEqual([true, false]);
});

test("another transport knows nothing of what the last one had accepted or begun, or of its kind", () => {
  const { wire, transport, reports } = setUp({ isHttp: true });
  wire.accepted(5);
  wire.stalled(7);

  wire.attach(transport, 2, noteReports(reports));

  expect(wire.isStalled).toBe(false);
  expect(wire.isHttp).toBe(false);
  expect(wire.mayHaveArrived(1)).toBe(false);
});

test("a wire whose transport is gone is not stalled", () => {
  const { wire } = setUp();
  wire.stalled(1);
  wire.detach();

  expect(wire.isStalled).toBe(false);
});

test("that nobody waits for an answer is told over HTTP, and no pipe knows what to do with it", () => {
  const pipe = setUp();
  const http = setUp({ isHttp: true });
  pipe.wire.abandon(5);
  http.wire.abandon(5);
  http.wire.reopen();

  expect(pipe.told).toEqual([]);
  expect(http.told).toEqual([["abandon", 5], ["reopen"]]);
});

test("what is written is told to whoever listens: what it is, of which incarnation, in which revision", () => {
  const { wire, transport } = setUp();
  const heard: unknown[] = [];
  const listen = (message: unknown) => void heard.push(message);
  subscribe("caduceus:transport.send", listen);
  onTestFinished(() => void unsubscribe("caduceus:transport.send", listen));
  const headers = { "mcp-protocol-version": "2025-11-25" };
  const initialized = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
  const answer = JSON.stringify({ jsonrpc: "2.0", id: 5, result: {} });
  const clock = { now: () => 0 } as unknown as Clock;
  const reporter = new Reporter({ client: "c", clock, payloads: false, maxLength: 1, secrets: [] });
  wire.attach(transport, 3, reporter);
  wire.write(ping(7), { kind: "request", id: 7, method: "ping", headers });
  wire.write(initialized, { kind: "notification", method: "notifications/initialized", headers: {} });
  wire.write(answer, { kind: "response", headers });

  expect(heard).toMatchObject([
    { incarnation: 3, kind: "request", id: 7, method: "ping", protocolVersion: "2025-11-25", length: ping(7).length },
    {
      incarnation: 3,
      kind: "notification",
      id: undefined,
      method: "notifications/initialized",
      protocolVersion: undefined,
      length: initialized.length,
    },
    {
      incarnation: 3,
      kind: "response",
      id: undefined,
      method: undefined,
      protocolVersion: "2025-11-25",
      length: answer.length,
    },
  ]);
});
