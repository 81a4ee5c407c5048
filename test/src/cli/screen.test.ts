import { PassThrough } from "node:stream";
import { describe } from "vitest";
import { progressView } from "../../../src/cli/progress-view.js";
import { RecoveryLog } from "../../../src/cli/recovery-log.js";
import { Terminal } from "../../../src/cli/terminal.js";
import { test } from "../../../src/testing/vitest.js";

/** A terminal, or a file, with what was printed on it. */
function screen({ isTTY = false, TERM = "xterm" } = {}) {
  const stream = new PassThrough();
  const terminal = new Terminal(Object.assign(stream, { isTTY, columns: 100, hasColors: () => true }), { TERM });
  return { terminal, printed: () => String(stream.read() ?? "") };
}

describe("the screen", () => {
  test("is a line per update where lines cannot be drawn over", async ({ expect }) => {
    const { terminal, printed } = screen({ isTTY: true, TERM: "dumb" });
    using view = await progressView(terminal, 3);

    view.show({ progress: 1, total: 3 });
    view.show({ progress: 2, total: undefined });
    view.stop();

    expect(printed()).toBe("   progress 1 of 3\n   progress 2\n");
  });

  test("is a bar on a terminal, which goes by the total that the server says", async ({ expect }) => {
    const { terminal, printed } = screen({ isTTY: true });
    using view = await progressView(terminal, 3);

    view.show({ progress: 2, total: 4 });
    view.show({ progress: 3, total: undefined });
    view.stop();

    expect(printed()).toContain("75 %  step 3 of 4");
  });

  test("has colours on a terminal only", ({ expect }) => {
    expect(screen().terminal.style("green", "go")).toBe("go");
    expect(screen({ isTTY: true }).terminal.style("green", "go")).toBe("\u001b[32mgo\u001b[39m");
  });

  test("shows a recovery once it may, and from then on at once", async ({ client, server, drive, expect }) => {
    const { terminal, printed } = screen();
    {
      using log = new RecoveryLog(client, terminal);
      server.kill();
      await drive(client.ping());
      expect(printed()).toBe("");

      log.release();
      expect(printed()).toMatch(
        /^ +\+\d+ ms {2}state {2}reconnecting\n.*lost .*\n.*state {2}ready\n.*incarnation 2\n$/,
      );
      server.kill();
      await drive(client.ping());
      expect(printed()).toContain("ready  incarnation 3\n");
    }
    server.kill();
    await drive(client.ping());
    expect(printed()).toBe("");
  });
});
