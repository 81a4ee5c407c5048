import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type Client, ConnectionLostError, connect } from "caduceus";
import { log, progress, Script, say, scriptedStdio, stall, wait } from "caduceus/testing";
import { expect, test } from "vitest";
import { children } from "../../support/children.js";

const script = new Script()
  .tool("work", log("halfway there"), progress(1, 2), stall())
  .tool("hello", say("hello"))
  .on("tools/list", wait(200), { do: "answer", result: { tools: [] } });

/** Kills the server and tells how long after its child's exit event the call was rejected. */
async function killDuring(client: Client): Promise<{ error: unknown; delay: number }> {
  const server = children.at(-1) as ChildProcess;
  const call = client.callTool("work");
  for await (const _ of call.progress) break;
  const exited = once(server, "exit").then(() => performance.now());
  process.kill(server.pid as number, "SIGKILL");
  const settled = call.then(
    () => ({ error: undefined, at: performance.now() }),
    (error: unknown) => ({ error, at: performance.now() }),
  );
  const [exitedAt, { error, at }] = await Promise.all([exited, settled]);
  return { error, delay: at - exitedAt };
}

test("FAULTS server killed during a call: an unsafe one gets ConnectionLostError with the signal and the last stderr lines within 50 ms", {
  retry: 2,
}, async () => {
  await using client = await connect(scriptedStdio(script));

  const { error, delay } = await killDuring(client);

  expect(error).toBeInstanceOf(ConnectionLostError);
  expect(error).toMatchObject({ signal: "SIGKILL", stderr: ["halfway there"], outcome: "unknown", attempts: 1 });
  expect(delay).toBeLessThan(50);
});

test("FAULTS server killed during a call: later calls simply work", async () => {
  await using client = await connect(scriptedStdio(script));

  await killDuring(client);

  expect(await client.callTool("hello")).toMatchObject({ content: [{ text: "hello" }] });
});

test("FAULTS server killed during a call: a safe one is answered by the restarted server", async () => {
  await using client = await connect(scriptedStdio(script));
  const list = client.listTools();
  const restarted = new Promise((resolve) => client.on("ready", resolve));
  // Answered in order, so when the ping is back, the list has been read and is being worked on.
  await client.ping();
  const before = children.length;

  children.at(-1)?.kill("SIGKILL");
  await restarted;

  expect(await list).toEqual({ tools: [] });
  expect(children).toHaveLength(before + 1);
});
