import { describe, expect, test } from "vitest";
import { isThere } from "../../support/children.js";
import { Caduceus, caduceus, serversOf } from "./caduceus.js";

describe.concurrent("the demo", () => {
  test.each([
    { title: "server-everything", args: ["demo"], server: "with @modelcontextprotocol/server-everything" },
    { title: "the bundled server", args: ["demo", "--bundled"], server: "with the server that comes with it" },
  ])("with $title: shows progress, a crash and the recovery, and leaves nothing behind", async ({ args, server }) => {
    const { code, stdout, stderr } = await caduceus(...args);

    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain(server);
    expect(stdout.match(/progress \d+ of 10\n/g)).toHaveLength(25);
    expect(stdout).toMatch(
      /ConnectionLostError: The server was ended by SIGKILL\n +code +CONNECTION_LOST\n +outcome +unknown .*\n +attempts +1\n +signal +SIGKILL\n +stderr +\S/,
    );
    expect(stdout).toMatch(/state {2}reconnecting\n.*lost {3}the next server is started in \d+ ms\n/);
    expect(stdout).toMatch(/state {2}ready\n.*ready {2}incarnation 2\n/);
    expect(stdout).toMatch(
      /client demo \(supervisor\)\n +└─ connection · state ready · incarnation 2 .*\n +└─ transport #2/,
    );
    expect(stdout).toContain("3 of 3 operations settled · 25 updates delivered, 0 dropped · 2 server starts");

    const servers = serversOf(stdout);
    expect(servers).toHaveLength(2);
    expect(servers.filter((pid) => isThere(pid) || isThere(-pid))).toEqual([]);
  });

  describe("is interrupted", () => {
    test.each([
      { moment: "in the middle of an operation", pattern: /progress 2 of 10\n/, signal: "SIGINT", code: 130 },
      { moment: "right after the crash", pattern: /kill -KILL/, signal: "SIGINT", code: 130 },
      { moment: "by SIGTERM", pattern: /progress 1 of 10\n/, signal: "SIGTERM", code: 143 },
    ] as const)("$moment: it ends the server and says so", async ({ pattern, signal, code }) => {
      using demo = new Caduceus(["demo"]);
      await demo.printed(pattern);
      demo.child.kill(signal);
      const end = await demo.ended;

      expect(end).toMatchObject({ code, stderr: "" });
      expect(end.stdout).toMatch(/Interrupted\. The server is being ended\.\n$/);
      const servers = serversOf(end.stdout);
      expect(servers).not.toEqual([]);
      expect(servers.filter((pid) => isThere(pid) || isThere(-pid))).toEqual([]);
    });

    test("while the server starts: it ends the server and says so", async () => {
      using demo = new Caduceus(["demo"]);
      await demo.printed(/1\. Start/);
      demo.child.kill("SIGINT");

      expect(await demo.ended).toMatchObject({ code: 130, stderr: "", stdout: expect.stringContaining("Interrupted") });
    });

    test("when nobody reads what it prints, it ends the server and itself", async () => {
      using demo = new Caduceus(["demo"]);
      const [, pid] = await demo.printed(/ pid (\d+)\n/);
      demo.child.stdout?.destroy();

      expect(await demo.ended).toMatchObject({ code: 141, stderr: "" });
      expect(isThere(-Number(pid))).toBe(false);
    });
  });
});
