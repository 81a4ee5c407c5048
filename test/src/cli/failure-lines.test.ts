import { describe, expect, test } from "vitest";
import { failureLines } from "../../../src/cli/failure-lines.js";
import { ConnectionLostError, TimeoutError } from "../../../src/index.js";

const facts = { outcome: "unknown", attempts: 2 } as const;

describe("a failure, for a person", () => {
  test("is its message, its facts, the server's last words without control characters, and its causes", () => {
    const stderr = ["one", "two", "\u001b[31mthree", "four"];
    const loss = { exitCode: 3, signal: null, stderr, incarnation: 1 };
    const cause = new ConnectionLostError("The server exited", loss, facts);

    expect(failureLines(new Error("It did not work", { cause }))).toEqual([
      "Error: It did not work",
      "caused by ConnectionLostError: The server exited",
      "  code      CONNECTION_LOST",
      "  outcome   unknown (sent but not answered: the server may have acted on it)",
      "  attempts  2",
      "  exit code 3",
      "  stderr    two",
      "  stderr    [31mthree",
      "  stderr    four",
    ]);
  });

  test("names the signal that ended the server", () => {
    const loss = { exitCode: null, signal: "SIGKILL", incarnation: 1 };

    expect(failureLines(new ConnectionLostError("Gone", loss, facts))).toContain("  signal    SIGKILL");
  });

  test("has no end of a server where there was none", () => {
    const lines = failureLines(new TimeoutError("ping", "timeout", 5, facts));

    expect(lines.slice(1).map((line) => line.trim().split(" ")[0])).toEqual(["code", "outcome", "attempts"]);
    expect(failureLines(new ConnectionLostError("Gone", { incarnation: 1 }, facts))).toHaveLength(4);
  });

  test("is what was thrown, if that is no error", () => {
    expect(failureLines("nothing much")).toEqual(["nothing much"]);
  });
});
