import type { ChildProcess } from "node:child_process";
import { connect, TimeoutError } from "caduceus";
import { Script, say, scriptedStdio } from "caduceus/testing";
import { expect, test } from "vitest";
import { children, isThere } from "../../support/children.js";

const script = new Script().tool("hello", say("hello"));

function freeze(): ChildProcess & { readonly pid: number } {
  const server = children.at(-1) as ChildProcess & { readonly pid: number };
  server.kill("SIGSTOP");
  return server;
}

test("FAULTS server frozen (SIGSTOP): with a heartbeat it is lost and replaced, and nothing of it is left", async () => {
  await using client = await connect(scriptedStdio(script), { heartbeat: { interval: 200, timeout: 300 } });
  const lost = new Promise<{ readonly error: Error }>((resolve) => client.on("lost", resolve));

  const frozen = freeze();

  expect((await lost).error.message).toMatch(/no sign of life/);
  expect(isThere(-frozen.pid)).toBe(false);
  expect(await client.callTool("hello")).toMatchObject({ content: [{ text: "hello" }] });
});

test("FAULTS server frozen (SIGSTOP): without a heartbeat the operation's own timeout, then replaced", async () => {
  await using client = await connect(scriptedStdio(script));
  const frozen = freeze();
  const begun = performance.now();

  await expect(client.callTool("hello", {}, { timeout: 300 })).rejects.toBeInstanceOf(TimeoutError);
  expect(performance.now() - begun).toBeLessThan(1_000);
  expect(isThere(-frozen.pid)).toBe(true);

  // Waits for the replacement: the ping that nobody answers has 5 s.
  expect(await client.callTool("hello", {}, { timeout: 10_000, retry: true })).toMatchObject({
    content: [{ text: "hello" }],
  });
  expect(isThere(-frozen.pid)).toBe(false);
  expect(client.stats.restarts.incarnations).toBe(2);
});

test("FAULTS the host's event loop is blocked beyond the timeout, the answer already in the pipe: the answer wins", async () => {
  await using client = await connect(scriptedStdio(script));

  const call = client.callTool("hello", {}, { timeout: 300 });
  // Once it is written; then nothing is read for longer than the limit.
  await new Promise((resolve) => setImmediate(resolve));
  const until = performance.now() + 1_000;
  while (performance.now() < until);

  expect(await call).toMatchObject({ content: [{ text: "hello" }] });
});
