import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  CaduceusError,
  CancelledError,
  CapabilityError,
  ConfigError,
  ConnectionClosedError,
  ConnectionLostError,
  InvalidRequestError,
  InvalidResultError,
  OverloadedError,
  ProtocolError,
  TimeoutError,
} from "../../../src/index.js";

const facts = { outcome: "unknown", attempts: 2 } as const;
const loss = { incarnation: 3, exitCode: null, signal: "SIGKILL", stderr: ["canary"], retryAt: 5 };

const all = [
  ["TIMEOUT", new TimeoutError("tools/call", "timeout", 5, facts)],
  ["CANCELLED", new CancelledError("tools/call", "why", facts)],
  ["CONNECTION_LOST", new ConnectionLostError("The server exited", loss, facts)],
  ["CONNECTION_CLOSED", new ConnectionClosedError("The client was closed", facts)],
  ["OVERLOADED", new OverloadedError("tools/call", 5)],
  ["PROTOCOL", new ProtocolError("tools/call", { code: -1, message: "no" }, facts)],
  ["INVALID_RESULT", new InvalidResultError("tools/call", {}, facts)],
  ["INVALID_REQUEST", new InvalidRequestError("Expected a method")],
  ["CAPABILITY", new CapabilityError("tools/call", "tools")],
  ["CONFIG", new ConfigError("Expected an option")],
] as const;

describe("errors", () => {
  test.each(all)("M3 %s is a CaduceusError with a name, a code, an outcome and attempts", (code, error) => {
    expect(error).toBeInstanceOf(CaduceusError);
    expect(error).toBeInstanceOf(Error);
    expect(error.code).toBe(code);
    expect(error.name).toBe(error.constructor.name);
    expect(["unknown", "not_sent"]).toContain(error.outcome);
    expect(error.attempts).toBeTypeOf("number");
    expect(Object.hasOwn(error, "cause")).toBe(false);
  });

  test("a cause is kept where there is one", () => {
    const cause = new Error("deep");

    expect(new ConnectionClosedError("closed", { ...facts, cause }).cause).toBe(cause);
    expect(new InvalidRequestError("bad", cause).cause).toBe(cause);
  });

  test("a reason to cancel is a property and not in the message", () => {
    const error = new CancelledError("tools/call", "canary", facts);

    expect(error.reason).toBe("canary");
    expect(error.message).not.toContain("canary");
  });

  test("a lost connection's stderr can be read but is not printed with the error", () => {
    const error = new ConnectionLostError("The server exited", loss, facts);

    expect(error.stderr).toEqual(["canary"]);
    expect(Object.keys(error)).not.toContain("stderr");
    expect(inspect(error)).not.toContain("canary");
    expect(error).toMatchObject({ incarnation: 3, exitCode: null, signal: "SIGKILL", retryAt: 5 });
  });

  test("a protocol error keeps code and data, and shows the message cleaned", () => {
    const error = new ProtocolError(
      "tools/call",
      { code: -32_602, message: "bad\u001b[31m\nargs", data: "canary" },
      facts,
    );

    expect(error).toMatchObject({ rpcCode: -32_602, data: "canary" });
    expect(error.message).toContain("bad [31m args");
    expect(error.message).not.toContain("canary");
  });

  test.each([
    ["timeout", "`timeout`"],
    ["maxTimeout", "`maxTimeout`"],
    ["startTimeout", "`startTimeout`"],
  ] as const)("a time limit's error says which one to raise: %s", (limit, hint) => {
    const error = new TimeoutError("tools/call", limit, 1_500, facts);

    expect(error).toMatchObject({ limit, after: 1_500, method: "tools/call" });
    expect(error.message).toContain(hint);
    expect(error.message).toContain("1500 ms");
  });
});
