import { afterEach, expect, test } from "vitest";
import { connect } from "../../../src/index.js";
import { die, Faults, fault, progress, Script, say, scriptedMemory, sent, wait } from "../../../src/testing/index.js";
import { drive } from "../../support/memory.js";
import { testRuntime } from "../../support/runtime.js";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Everything that can be seen of a client whose server dies in between, line by line. */
async function logOf(seed: number): Promise<string[]> {
  const log: string[] = [];
  const { runtime, clock } = testRuntime({
    seed,
    onInspect: (event) =>
      log.push(`${clock.now()} ${event.type} ${"process" in event ? event.process.id : event.child}`),
  });
  stops.push(() => drive(clock, runtime.stop()));
  const script = new Script({ era: "modern" })
    .annotatedTool("safe", { readOnlyHint: true }, progress(1), wait(50), progress(2), say("done"))
    .tool("deadly", wait(10), die());
  const server = scriptedMemory(script);
  const faults = new Faults({ seed }).on(sent("tools/call").every(3), fault.delay(1, 40));
  const client = await drive(clock, connect(faults.around(server.transport), { runtime }));
  client.on("lost", ({ retryAt }) => log.push(`lost until ${retryAt}`));
  await drive(clock, client.listTools());
  const calls = ["safe", "deadly", "safe", "safe", "deadly"].map((name) => client.callTool(name));
  for (const { token } of calls) log.push(`token ${String(token)}`);
  const endings = await drive(clock, Promise.allSettled(calls));
  for (const { status } of endings) log.push(`${clock.now()} ${status}`);
  await drive(clock, client.close());
  log.push(...server.received.map((message) => JSON.stringify(message)));
  return log;
}

test("the same seed gives the same client: tokens, waits, order of processes, what goes on the wire", async () => {
  const first = await logOf(7);
  expect(first).toContainEqual(expect.stringMatching(/^lost until \d+$/));
  expect(await logOf(7)).toEqual(first);
});

test("another seed gives other tokens and other waits", async () => {
  const [seven, eight] = [await logOf(7), await logOf(8)];
  const chanceIn = (log: string[]) => log.filter((line) => /^(token|lost)/.test(line));
  expect(chanceIn(seven)).toHaveLength(chanceIn(eight).length);
  for (const [index, line] of chanceIn(seven).entries()) expect(chanceIn(eight)[index]).not.toBe(line);
});

test("without a seed tokens are nobody's to guess", async () => {
  const { runtime, clock } = testRuntime();
  stops.push(() => drive(clock, runtime.stop()));
  const server = scriptedMemory(new Script());
  const client = await drive(clock, connect(server.transport, { runtime }));
  const [a, b] = [client.ping(), client.ping()];
  expect(a.token).toMatch(/^[\w-]{21}\.\d+$/);
  expect(a.token).not.toBe(b.token);
  await drive(clock, Promise.all([a, b]));
  await drive(clock, client.close());
});
