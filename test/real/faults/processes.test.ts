import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ConnectionLostError, connect, OverloadedError } from "caduceus";
import { die, Script, say, scriptedStdio, stall, stopReading } from "caduceus/testing";
import { expect, test, vi } from "vitest";
import { children, endOf, isThere } from "../../support/children.js";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}.mjs`, import.meta.url));

test("FAULTS exits at once · missing binary: under a host there is backoff, and the host lives", async () => {
  for (const server of [
    scriptedStdio(new Script().on("initialize", die({ code: 3 }))),
    { command: "no-such-program-anywhere" },
  ]) {
    await using client = await connect(server, { lazy: true, backoff: { initial: 5, max: 20 }, downAfter: 1_000 });
    const down = new Promise((resolve) => client.on("down", resolve));
    const waiting = client.ping();

    await expect(waiting).rejects.toBeInstanceOf(ConnectionLostError);
    await down;

    expect(client.state).toBe("down");
    await vi.waitFor(() => expect(client.stats.restarts.incarnations).toBeGreaterThanOrEqual(2), {
      interval: 5,
      timeout: 10_000,
    });
    await expect(client.ping()).rejects.toMatchObject({ code: "CONNECTION_LOST", outcome: "not_sent" });
  }
});

test("FAULTS server does not read stdin: writes stop at a bound, operations wait or fail OverloadedError; memory flat", async () => {
  const script = new Script().tool("deaf", stopReading(), stall()).tool("hello", say("hello"));
  await using client = await connect(scriptedStdio(script), { maxPending: 100 });
  const deaf = client.callTool("deaf", {}, { progress: () => undefined });
  const filler = "x".repeat(100_000);
  const before = process.memoryUsage().rss;

  const calls = Array.from({ length: 1_000 }, () => client.callTool("hello", { filler }, { retry: false }));
  const refused = Promise.allSettled(calls.slice(300));

  expect((await refused).every((each) => each.status === "rejected" && each.reason instanceof OverloadedError)).toBe(
    true,
  );
  // The arguments are one string; what grows would be copies of it that were written. 30 MB is what 300 of them take.
  expect((process.memoryUsage().rss - before) / 1_000_000).toBeLessThan(30);
  deaf.cancel();
  const others = Promise.allSettled(calls);
  await client.close();
  expect((await others).every(({ status }) => status === "rejected")).toBe(true);
});

test("FAULTS stdin not read while closing: the process group is gone in time", async () => {
  const script = new Script().tool("deaf", stopReading(), stall());
  const client = await connect(scriptedStdio(script));
  const { pid = 0 } = children.at(-1) ?? {};
  const filler = "x".repeat(1_000_000);
  const calls = [client.callTool("deaf"), client.callTool("deaf", { filler }), client.callTool("deaf", { filler })];
  const settled = Promise.allSettled(calls);
  await expect(client.ping({ timeout: 100 })).rejects.toMatchObject({ code: "TIMEOUT" });

  const begun = performance.now();
  await client.close();

  expect(performance.now() - begun).toBeLessThan(2_500);
  expect(isThere(-pid)).toBe(false);
  expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
});

test("FAULTS stdout closed, server alive: lost", async () => {
  await using client = await connect({ command: process.execPath, args: [fixture("mute")] }, { protocol: "legacy" });
  const { pid = 0 } = children.at(-1) ?? {};

  const error = await client.callTool("hush").catch((reason: unknown) => reason);

  expect(error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown", message: "The server closed its stdout" });
  await vi.waitFor(() => expect(isThere(-pid)).toBe(false), { interval: 5 });
  await client.ready();
});

test("FAULTS spawn fails with EMFILE: backoff, and the next attempt that can be made succeeds", async () => {
  const host = spawn("sh", ["-c", `ulimit -n 512; exec '${process.execPath}' '${fixture("few-files")}'`]);

  const { code, stdout, stderr } = await endOf(host);

  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({ causes: ["EMFILE", "SIGKILL", "EMFILE"], text: "hello" });
  expect(code).toBe(0);
});

test.runIf(process.platform === "linux")(
  "FAULTS spawn fails with EAGAIN: backoff, and the next attempt that can be made succeeds",
  async () => {
    const host = spawn(process.execPath, [fixture("few-processes")]);
    // Whoever that is now: the fixture tells.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    host.stdout.once("data", () => {
      spawnSync("prlimit", ["--pid", `${host.pid}`, "--nproc=4096:"], { stdio: "inherit", ...nobody });
    });

    const { code, stdout, stderr } = await endOf(host);

    expect(stderr).toBe("");
    const [, report = ""] = stdout.split("stuck\n");
    expect(JSON.parse(report)).toEqual({ causes: [3, "EAGAIN", "EAGAIN"], text: "hello" });
    expect(code).toBe(0);
  },
);

test("FAULTS a safe call that kills the server each time: at most its `retry` repeats; neighbours answered", async () => {
  const script = new Script().on("resources/read", die()).tool("hello", say("hello"));
  await using client = await connect(scriptedStdio(script), { backoff: { initial: 5, max: 20 } });

  const [killer, ...neighbours] = await Promise.allSettled([
    client.readResource("file:///a", { retry: 3 }),
    ...Array.from({ length: 10 }, () => client.callTool("hello", {}, { retry: 10 })),
  ]);

  expect(killer).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_LOST", attempts: 4 } });
  expect(neighbours.map(({ status }) => status)).toEqual(neighbours.map(() => "fulfilled"));
  expect(client.stats.restarts.incarnations).toBeLessThanOrEqual(6);
});
