import type { ChildProcess } from "node:child_process";
import { ConnectionClosedError, ConnectionLostError, connect } from "caduceus";
import { leaveBehind, progress, Script, say, scriptedStdio, stall } from "caduceus/testing";
import { expect, test, vi } from "vitest";
import { children, isThere } from "../../support/children.js";

const script = new Script().tool("work", progress(1), stall()).tool("hello", say("hello"));

function latest(): ChildProcess & { readonly pid: number } {
  return children.at(-1) as ChildProcess & { readonly pid: number };
}

test("FAULTS ignores stdin end and SIGTERM: close rejects pending calls at once, and resolves when the whole process group is gone", {
  retry: 2,
}, async () => {
  const client = await connect(scriptedStdio(new Script({ ...script.data, isStubborn: true })));
  const call = client.callTool("work");
  for await (const _ of call.progress) break;
  const group = -latest().pid;

  const closing = client.close();
  const beganAt = performance.now();
  await expect(call).rejects.toBeInstanceOf(ConnectionClosedError);
  expect(performance.now() - beganAt).toBeLessThan(100);
  await closing;

  expect(isThere(group)).toBe(false);
});

test("close ends an obedient server by the end of its stdin", async () => {
  const client = await connect(scriptedStdio(script));
  const server = latest();

  await client.close();

  expect({ code: server.exitCode, signal: server.signalCode }).toEqual({ code: 0, signal: null });
});

test("close ends what the server has started: a wrapper's child, and a process that holds the pipes", async () => {
  const { command, args = [] } = scriptedStdio(new Script().tool("fork", leaveBehind(), say("left")));
  const quoted = [command, ...args].map((part) => `'${part}'`).join(" ");
  const client = await connect({ command: "sh", args: ["-c", `${quoted}; exit 0`] });
  const line = new Promise<string>((resolve) => client.on("stderr", resolve));
  await client.callTool("fork");
  const stayer = Number((await line).match(/left behind: (\d+)/)?.[1]);
  expect(isThere(stayer)).toBe(true);
  const group = -latest().pid;

  await client.close();

  expect(isThere(group)).toBe(false);
  expect(isThere(stayer)).toBe(false);
});

test("FAULTS server killed, a grandchild holds stdout (npx, sh -c): lost as fast as any other, later calls work, and nothing is left", {
  retry: 2,
}, async () => {
  const holding = new Script().tool("fork", leaveBehind(), progress(1), stall()).tool("hello", say("hello"));
  await using client = await connect(scriptedStdio(holding));
  const call = client.callTool("fork");
  for await (const _ of call.progress) break;
  const server = latest();
  const exited = new Promise<number>((resolve) => server.once("exit", () => resolve(performance.now())));

  server.kill("SIGKILL");
  const error = await call.catch((reason: unknown) => reason);
  const rejectedAt = performance.now();

  expect(error).toBeInstanceOf(ConnectionLostError);
  expect(rejectedAt - (await exited)).toBeLessThan(50);
  await vi.waitFor(() => expect(isThere(-server.pid)).toBe(false), { interval: 5 });
  expect(await client.callTool("hello")).toMatchObject({ content: [{ text: "hello" }] });
});

test("FAULTS close during start · double close · close during restart: idempotent, and no orphan", async () => {
  const starting = await connect(scriptedStdio(script), { lazy: true });
  await Promise.all([starting.close(), starting.close()]);

  const restarting = await connect(scriptedStdio(script), { backoff: { initial: 0 } });
  const lost = new Promise((resolve) => restarting.on("lost", resolve));
  latest().kill("SIGKILL");
  await lost;
  await restarting.close();

  for (const { pid } of children) if (pid !== undefined) expect(isThere(-pid)).toBe(false);
  await expect(restarting.ping()).rejects.toBeInstanceOf(ConnectionClosedError);
});

test("FAULTS 40 writes into a stopped server, then kill: every one settles", async () => {
  await using client = await connect(scriptedStdio(script), { backoff: { initial: 0 } });
  const server = latest();
  server.kill("SIGSTOP");
  const filler = "x".repeat(100_000);
  const calls = Array.from({ length: 40 }, () => client.callTool("work", { filler }, { retry: false }));
  const settled = Promise.allSettled(calls);
  const stillThere = new Promise((resolve) => client.on("lost", resolve));
  // Behind the forty in the connection's mailbox: when it is refused, they have been handed over.
  await expect(client.ping({ timeout: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });

  server.kill("SIGKILL");
  await stillThere;

  const outcomes = (await settled).map((each) => (each.status === "rejected" ? each.reason.outcome : "answered"));
  expect(outcomes).toHaveLength(40);
  expect(new Set(outcomes)).toEqual(new Set(["unknown", "not_sent"]));
});
