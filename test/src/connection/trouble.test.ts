import { describe, expect, test } from "vitest";
import { failure, shutdownWith } from "../../../actors/index.js";
import { endOf, lastOf, Trouble } from "../../../src/connection/trouble.js";
import type { Failure } from "../../../src/protocol/failure.js";

const refusal: Failure = { code: "PROTOCOL", error: { code: -32_000, message: "no" } };

/** In the given incarnation. */
function troubleIn(incarnation: number): Trouble {
  const trouble = new Trouble();
  trouble.begin(incarnation);
  return trouble;
}

describe("why a connection is not there", () => {
  test("before anything has ended: there is none", () => {
    const expected = {
      code: "CONNECTION_LOST",
      message: "There is no connection to the server",
      loss: { incarnation: 3, retryAt: undefined },
      cause: undefined,
    };

    expect(troubleIn(3).latest).toEqual(expected);
    expect(troubleIn(3).absence).toEqual(expected);
  });

  test("what the transport ended with, and when the next attempt is due", () => {
    const trouble = troubleIn(2);
    const cause = new Error("gone");
    trouble.lose({ message: "It ended", exitCode: 7, signal: "SIGTERM", stderr: ["a"], cause });
    trouble.retryAt = 500;

    const loss = { exitCode: 7, signal: "SIGTERM", stderr: ["a"], incarnation: 2, retryAt: 500 };
    expect(trouble.latest).toEqual({ code: "CONNECTION_LOST", message: "It ended", loss, cause });
    expect(trouble.absence).toEqual(trouble.latest);
    expect(trouble.retryAt).toBe(500);
  });

  test("a refused handshake says more than the end it leads to, and the first refusal more than the second", () => {
    const trouble = troubleIn(1);
    trouble.refuse(refusal);
    trouble.refuse({ code: "OVERLOADED", limit: 1 });
    trouble.lose({ message: "It ended" });

    expect(trouble.latest).toEqual(refusal);
  });

  test("who finds no connection is not refused itself: the refusal is the cause", () => {
    const trouble = troubleIn(4);
    trouble.refuse(refusal);
    trouble.lose({ message: "It ended" });
    trouble.retryAt = 9;

    expect(trouble.absence).toMatchObject({
      code: "CONNECTION_LOST",
      message: "There is no connection to the server",
      loss: { incarnation: 4, retryAt: 9 },
      cause: { code: "PROTOCOL", rpcCode: -32_000, outcome: "completed", attempts: 1 },
    });
    expect(String((trouble.absence as { cause?: unknown }).cause)).toContain("initialize");
  });

  test("a new incarnation forgets the refusal and the time, not what ended the last one", () => {
    const trouble = troubleIn(1);
    trouble.refuse(refusal);
    trouble.lose({ message: "It ended" });
    trouble.retryAt = 9;
    trouble.begin(2);
    expect(trouble.retryAt).toBeUndefined();
    expect(trouble.latest).toEqual(refusal);

    trouble.lose({ message: "It ended again" });

    expect(trouble.latest).toMatchObject({ message: "It ended again", loss: { incarnation: 2, retryAt: undefined } });
  });

  test("once all is well nothing is left of it", () => {
    const trouble = troubleIn(1);
    trouble.lose({ message: "It ended" });
    trouble.clear();

    expect(trouble.latest).toMatchObject({ message: "There is no connection to the server", loss: { incarnation: 1 } });
  });

  test("a handshake that takes too long, and a server that is silent, are refusals", () => {
    const slow = troubleIn(1);
    slow.timedOut(60_000);
    slow.lose({ message: "It ended" });
    const silent = troubleIn(2);
    silent.silent(99.6);
    silent.lose({ message: "It ended" });

    expect(slow.latest).toEqual({ code: "TIMEOUT", limit: "startTimeout", after: 60_000 });
    expect(silent.latest).toEqual({
      code: "CONNECTION_LOST",
      message: "The server gave no sign of life for 100 ms after a ping",
      loss: { incarnation: 2, retryAt: undefined },
    });
  });

  test("a defect is told with what was thrown", () => {
    const error = new Error("oops");

    expect(troubleIn(5).defect(failure(error))).toMatchObject({ loss: { incarnation: 5 }, cause: error });
    expect(troubleIn(5).defect(failure(error))).toMatchObject({
      message: expect.stringMatching(/^The client had a defect: .*oops/),
    });
    const orderly = shutdownWith("detail");
    expect(troubleIn(5).defect(orderly)).toMatchObject({ cause: orderly });
    expect(troubleIn(5).defect("killed")).toMatchObject({ code: "CONNECTION_LOST", cause: "killed" });
  });
});

describe("what a transport's reason says of its end", () => {
  test("an end that it tells is its end", () => {
    const end = { message: "It ended", exitCode: 1 };

    expect(endOf(shutdownWith(end))).toBe(end);
  });

  test.each([["nothing"], [{}], [{ message: 5 }], [new Error("an error is none")]])("%o is no end", (detail) => {
    const reason = shutdownWith(detail);

    expect(endOf(reason)).not.toBe(detail);
    expect(endOf(reason).message).toMatch(/^The transport ended: ./);
  });

  test("what it threw is the cause", () => {
    const error = new Error("oops");

    expect(endOf(failure(error))).toMatchObject({ message: expect.stringContaining("oops"), cause: error });
    expect(endOf("killed")).toMatchObject({ message: "The transport ended: killed" });
  });

  test("an end after which there is no other says so, and what to do", () => {
    const message = "It ended, and cannot be opened again: give `connect` a function that makes a transport";

    expect(lastOf({ message: "It ended", exitCode: 3 })).toEqual({ message, exitCode: 3 });
  });
});
