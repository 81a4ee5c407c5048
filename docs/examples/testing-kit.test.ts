import { setTimeout as sleep } from "node:timers/promises";
import { type Client, connect } from "caduceus";
import {
  ask,
  die,
  expectNoLeaks,
  fault,
  progress,
  Recorder,
  randomFrom,
  received,
  Script,
  say,
  scriptedHttp,
  scriptedMemory,
  sent,
  stall,
  testRuntime,
  wait,
} from "caduceus/testing";
import { test as kit } from "caduceus/testing/vitest";
import { describe, expect, test } from "vitest";
import { session } from "./session.js";

test("a client on virtual time", async () => {
  const { runtime, clock, drive } = testRuntime();
  const server = scriptedMemory(new Script().tool("slow", wait(1_800_000), say("done")));
  const client = await drive(connect(server.transport, { runtime }));

  const call = client.callTool("slow", {}, { timeout: Number.POSITIVE_INFINITY });
  await clock.advance(1_799_999); // to a moment of your choice
  await drive(call); // or as far as a promise needs
  expect(clock.now()).toBe(1_800_000);

  await drive(client.close());
});

test("a script", async () => {
  const { runtime, drive } = testRuntime();
  const script = new Script()
    .once("tools/call", die({ code: 1 })) // the first call ends it
    .tool("search", progress(1, 2), wait(100), progress(2, 2), say("found"))
    .tool("careful", ask("elicitation/create", question), say("thank you"))
    .tool("never", stall());
  const client = await drive(connect(scriptedMemory(script).transport, { runtime, onElicitation }));

  await drive(client.callTool("search", {}, { retry: true }));
  expect(await drive(client.callTool("careful"))).toEqual({ content: [{ type: "text", text: "thank you" }] });
  await drive(client.close());
});

const question = { message: "Sure?", requestedSchema: { type: "object", properties: {} } };
const onElicitation = () => ({ action: "accept", content: {} }) as const;

kit("faults on the way", async ({ client, server, faults, drive }) => {
  server.play(new Script().tool("search", say("found")));
  faults
    .on(sent("tools/call").nth(3), fault.drop()) // by rule
    .on(received().probability(0.01), fault.garble()) // by probability, drawn from the seed
    .on(received().between(10_000, 20_000), fault.delay(500)); // by schedule, in virtual milliseconds

  for (let call = 1; call <= 4; call++)
    await drive(client.callTool("search", {}, { retry: true, timeout: 1_000 }).catch(noted));
  expect(faults.log.map((event) => event.fault)).toContain("drop");
});

const noted = () => undefined;

// A seed makes the order random in which processes have their turns, and the same each time.
describe.each([1, 2, 3, 4, 5])("under seed %s", (seed) => {
  kit.override({ seed });

  kit("nothing depends on the order", async ({ client, server, drive }) => {
    server.play(new Script().tool("search", say("found")));
    const calls = Array.from({ length: 10 }, () => client.callTool("search"));

    expect(await drive(Promise.all(calls))).toHaveLength(10);
  });
});

test("chance of your own", () => {
  const [one, same] = [randomFrom(7), randomFrom(7)];

  expect([one(), one(), one()]).toEqual([same(), same(), same()]);
});

test("a probe", async () => {
  const { runtime, clock, probe } = testRuntime();
  const ref = await runtime.start(session, []);
  const watcher = probe();
  await watcher.watch(ref);

  expect(await watcher.expectEnd(ref, { within: 30 * 60_000 })).toBe("normal");
  expect(await watcher.next()).toMatchObject({ type: "DOWN", reason: "normal" });
  expect(clock.now()).toBe(30 * 60_000);
});

test("a recorder", async () => {
  const { runtime, clock, drive } = testRuntime();
  const server = scriptedMemory(
    new Script().once("tools/call", progress(1, 2), wait(250), die()).tool("search", say("found")),
  );
  const recorder = new Recorder({ clock });
  recorder.server("archive", server);
  const plain = await drive(connect(server.transport, { runtime, protocol: "legacy", backoff: { jitter: 0 } }));
  const client: Client = recorder.client("client", plain);

  await drive(client.callTool("search", { question: "When?" }, { retry: true }));
  recorder.note("agent", "knows", "the answer");
  await drive(client.close());

  expect(recorder.text()).toBe(RECORDED.slice(1));
});

test("nothing is left open", async () => {
  await using _ = expectNoLeaks(); // looked at last
  await using server = await scriptedHttp(new Script().tool("search", say("found")));
  await using client = await connect(server.entry); // closed first

  await client.callTool("search");
});

test("what is left open has a name", async () => {
  const leaks = expectNoLeaks({ within: 10 });
  const forgotten = new AbortController();
  const waiting = sleep(60_000, undefined, { signal: forgotten.signal }).catch(noted);

  await expect(leaks.check()).rejects.toThrow(/- a timer, at .*testing-kit\.test\.ts/);
  forgotten.abort();
  await waiting;
});

const RECORDED = `
  0 ms  archive  received  initialize · id 1
  0 ms  archive  received  notifications/initialized
  0 ms  client   watched   ready
  0 ms  client   call      #1 tools/call search
  0 ms  archive  received  tools/call search · id 2
  0 ms  client   progress  #1 · 1/2
250 ms  client   state     reconnecting
250 ms  client   lost      CONNECTION_LOST · SIGKILL
350 ms  archive  received  initialize · id 3
350 ms  archive  received  notifications/initialized
350 ms  archive  received  tools/call search · id 4
350 ms  client   state     ready
350 ms  client   ready     incarnation 2 · scripted 1.0.0 · legacy 2025-11-25
350 ms  client   settled   #1 · ok · after 350 ms
350 ms  agent    knows     the answer
350 ms  client   state     closed
350 ms  client   closed`;
