import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { describeEvent, describeStats, textOf } from "../../../src/cli/describe.js";
import { failureLines } from "../../../src/cli/failure-lines.js";
import { progressView } from "../../../src/cli/progress-view.js";
import { type Output, Terminal } from "../../../src/cli/terminal.js";
import { ConnectionLostError, TimeoutError } from "../../../src/protocol/errors.js";

const ESCAPE = "\u001B";

/** A stream that looks like a terminal, and keeps what is written to it. */
function screen({ columns = 80, colours = true } = {}): Output & { text(): string } {
  const written: string[] = [];
  const stream = new PassThrough({ encoding: "utf8" });
  stream.on("data", (chunk: string) => written.push(chunk));
  return Object.assign(stream, { isTTY: true, columns, hasColors: () => colours, text: () => written.join("") });
}

describe("progress on a terminal", () => {
  test("is a bar that is drawn over", async () => {
    const output = screen();
    using view = await progressView(new Terminal(output, {}), 4);
    view.show({ progress: 1, total: 4 });
    view.stop();

    expect(output.text()).toMatch(/░{30}.* {3}0 % {2}step 0 of 4/);
    const last = output.text().split(`${ESCAPE}[1G`).at(-1);
    expect(last).toMatch(/█{8}░{22}.* 25 % {2}step 1 of 4/);
    expect(last?.endsWith("\n")).toBe(true);
  });

  test("takes the server's total where it gives one", async () => {
    const output = screen();
    using view = await progressView(new Terminal(output, {}), 4);
    view.show({ progress: 1, total: undefined });
    view.show({ progress: 2, total: 2 });
    view.stop();

    expect(output.text()).toContain("100 %  step 2 of 2");
  });

  test("fits a narrow terminal, and leaves no colour behind there", async () => {
    const output = screen({ columns: 30 });
    using view = await progressView(new Terminal(output, {}), 4);
    view.stop();

    const drawn = output.text().split(`${ESCAPE}[1G`)[1];
    expect(drawn).toContain(`${"░".repeat(10)}${ESCAPE}[39m`);
  });

  test("changes nothing of the terminal that would have to be restored", async () => {
    const output = screen();
    using view = await progressView(new Terminal(output, {}), 4);
    view.stop();

    expect(output.text()).not.toContain(`${ESCAPE}[?`);
  });

  test("has no colour where Node says that there is none, as with NO_COLOR", async () => {
    const output = screen({ colours: false });
    const terminal = new Terminal(output, {});
    using view = await progressView(terminal, 4);
    view.stop();

    expect(terminal.style("red", "text")).toBe("text");
    expect(output.text()).toContain("░".repeat(30));
    expect(output.text()).not.toContain(`${ESCAPE}[3`);
  });
});

test.each([
  { title: "what is no terminal", isTTY: false, term: "xterm" },
  { title: "a terminal that cannot draw over", isTTY: true, term: "dumb" },
])("progress on $title is one plain line per update", async ({ isTTY, term }) => {
  const output = Object.assign(screen(), { isTTY });
  using view = await progressView(new Terminal(output, { TERM: term }), 4);
  view.show({ progress: 1, total: 4 });
  view.show({ progress: 2, total: undefined });
  view.stop();

  expect(output.text()).toBe("   progress 1 of 4\n   progress 2\n");
});

describe("a failure in lines", () => {
  const facts = { outcome: "unknown", attempts: 2 } as const;

  test("has an error's facts, and the server's last three lines without control characters", () => {
    const stderr = ["first", "second", "\u001B[2Jthird", "fourth"];
    const error = new ConnectionLostError(
      "The server exited with code 3",
      { exitCode: 3, stderr, incarnation: 1 },
      facts,
    );

    expect(failureLines(error)).toEqual([
      "ConnectionLostError: The server exited with code 3",
      "  code      CONNECTION_LOST",
      "  outcome   unknown (sent but not answered: the server may have acted on it)",
      "  attempts  2",
      "  exit code 3",
      "  stderr    second",
      "  stderr    [2Jthird",
      "  stderr    fourth",
    ]);
  });

  test("has the causes", () => {
    const cause = new TimeoutError("ping", "timeout", 5, { outcome: "not_sent", attempts: 0 });

    expect(failureLines(new Error("Step 1 failed", { cause }))).toEqual([
      "Error: Step 1 failed",
      expect.stringMatching(/^caused by TimeoutError: Expected ping to be answered/),
      "  code      TIMEOUT",
      "  outcome   not_sent (the server has not seen the request)",
      "  attempts  0",
    ]);
    expect(failureLines("thrown")).toEqual(["thrown"]);
  });
});

describe("an event in a few words", () => {
  const error = new ConnectionLostError("gone", { incarnation: 1 }, { outcome: "not_sent", attempts: 0 });

  test("a loss tells when the next server is started", () => {
    expect(describeEvent({ type: "lost", event: { error, retryAt: 1_100 } }, 1_000)).toContain("in 100 ms");
    expect(describeEvent({ type: "lost", event: { error, retryAt: 900 } }, 1_000)).toContain("in 0 ms");
    expect(describeEvent({ type: "lost", event: { error, retryAt: undefined } }, 1_000)).toBe("lost");
  });
});

test("a client's counters in a line", () => {
  const stats = {
    operations: { started: 3, settled: 2 },
    progress: { delivered: 9, unknown: 1, late: 2, duplicateToken: 0, notIncreasing: 0, overflow: 4 },
    responses: { unknown: 0, duplicate: 0 },
    messages: { invalid: 0 },
    notifications: { overflow: 0 },
    restarts: { incarnations: 2, connection: 0 },
  };

  expect(describeStats(stats)).toBe("2 of 3 operations settled · 9 updates delivered, 7 dropped · 2 server starts");
});

test("a tool's answer is its text, without control characters; other content is named", () => {
  const content = [
    { type: "text" as const, text: "do\u001B[31mne" },
    { type: "image" as const, data: "", mimeType: "image/png" },
  ];

  expect(textOf({ content })).toBe("do [31mne (image)");
});
