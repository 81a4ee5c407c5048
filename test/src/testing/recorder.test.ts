import { describe, expect, test } from "vitest";
import { type Client, connect, createOperation } from "../../../src/index.js";
import {
  answer,
  die,
  Faults,
  fail,
  fault,
  log,
  notify,
  progress,
  Recorder,
  type RecorderOptions,
  raw,
  Script,
  say,
  scriptedHttp,
  scriptedMemory,
  sent,
  stall,
  wait,
} from "../../../src/testing/index.js";
import { drive, testStage } from "../../support/memory.js";

const SECRET = "s3cret-value";

describe("a recorder", () => {
  test("prints what happened to a client and its server, one line an event, in columns", async () => {
    expect(await lifeOf(7, 0)).toMatchInlineSnapshot(`
      "   0 ms  server  received  initialize · id 1
         0 ms  server  received  notifications/initialized
         0 ms  client  watched   ready
         0 ms  client  call      #1 tools/call index
         0 ms  server  received  tools/call index · id 2
         0 ms  client  progress  #1 · 1/2
       250 ms  client  state     reconnecting
       250 ms  client  lost      CONNECTION_LOST · SIGKILL
       250 ms  client  settled   #1 · CONNECTION_LOST · SIGKILL · unknown · attempts 1 · after 250 ms
       250 ms  client  call      #2 tools/call wrong
       350 ms  server  received  initialize · id 3
       350 ms  server  received  notifications/initialized
       350 ms  server  received  tools/call wrong · id 4
       350 ms  client  state     ready
       350 ms  client  ready     incarnation 2 · scripted 1.0.0 · legacy 2025-11-25
       350 ms  client  dropped   messages.invalid
       350 ms  client  settled   #2 · isError · after 100 ms
       350 ms  agent   decides   to try once more
       350 ms  client  call      #3 tools/call index
       350 ms  server  received  tools/call index · id 5
      5350 ms  server  received  notifications/cancelled
      5350 ms  server  received  ping · id 6
      5350 ms  client  settled   #3 · TIMEOUT · unknown · attempts 1 · after 5000 ms
      5350 ms  client  state     closed
      5350 ms  client  closed"
    `);
  });

  test("prints the same text for the same seed, byte for byte, and another one for another", async () => {
    const first = await lifeOf(3);

    expect(await lifeOf(3)).toBe(first);
    expect(await lifeOf(4)).not.toBe(first);
  });

  test("prints no values: of arguments, results, URIs, progress messages, stderr, logs or errors", async () => {
    const script = new Script()
      .tool(
        "tell",
        progress(1, 2, SECRET),
        log(SECRET),
        notify("notifications/message", { level: "info", data: SECRET }),
      )
      .on("resources/read", answer({ contents: [{ uri: `file:///${SECRET}`, text: SECRET }] }))
      .on("prompts/get", fail(-32_000, SECRET, SECRET));
    const { client, clock, recorder } = await stage(script);
    client.setLogLevel("debug").catch(() => undefined);
    const all = [
      client.callTool("tell", { key: SECRET }, { timeout: 10, meta: { key: SECRET } }),
      client.readResource(`file:///${SECRET}`),
      client.getPrompt("hello", { key: SECRET }),
    ];
    await drive(clock, Promise.allSettled(all));
    client.notify("notifications/mine", { key: SECRET });
    await clock.settle();

    const text = recorder.text();
    expect(text).not.toContain(SECRET);
    expect(lines(recorder, "stderr")).toEqual(["12 characters"]);
    expect(lines(recorder, "log")).toEqual(["info"]);
    expect(lines(recorder, "settled")).toContain("#4 · PROTOCOL · -32000 · completed · attempts 1 · after 0 ms");
    expect(text).toContain("notifications/mine");
  });

  test("tells the end of operations whose progress is read, or that are given up", async () => {
    const { client, clock, recorder } = await stage(
      new Script().tool("steps", progress(1), say("done")).tool("never", stall()),
    );
    const read = client.callTool("steps");
    const reading = (async () => {
      for await (const _ of read.progress);
    })();
    const given = client.callTool("never");
    given.cancel();
    given.cancel();

    await drive(clock, Promise.allSettled([read, reading, given]));

    expect(lines(recorder, "settled").toSorted()).toEqual([
      "#1 · ok · after 0 ms",
      "#2 · CANCELLED · unknown · attempts 1 · after 0 ms",
    ]);
  });

  test("tells progress, and what is dropped, by the number of the operation", async () => {
    const script = new Script().tool("steps", progress(2, 5), progress(1, 5), say("done"), progress(3, 5));
    const { client, clock, recorder } = await stage(script);
    await drive(clock, client.ping());

    await drive(clock, client.callTool("steps"));
    await clock.settle();

    expect(lines(recorder, "progress")).toEqual(["#2 · 2/5"]);
    expect(lines(recorder, "dropped")).toEqual(["progress.notIncreasing · #2", "progress.late · #2"]);
  });

  test("numbers the operations of each client by themselves, and names those of `request` by their method", async () => {
    const { clock, recorder, runtime } = await stage(new Script());
    const other = recorder.client(
      "other",
      await drive(clock, connect(scriptedMemory(new Script()).transport, { runtime })),
    );

    await drive(clock, other.request(createOperation({ method: "ping" })));

    expect(recorder.events.filter(({ who, event }) => who === "other" && event === "call")).toMatchObject([
      { details: "#1 ping" },
    ]);
  });

  test("records the faults on the way, in their place", async () => {
    const { runtime, clock } = testStage();
    const server = scriptedMemory(new Script().tool("work", say("done")));
    const faults = new Faults().on(sent("tools/call").nth(1), fault.delay(300));
    const recorder = new Recorder({ clock });
    recorder.faults("wire", faults);
    recorder.server("server", server);
    const client = await drive(clock, connect(faults.around(server.transport), { runtime, protocol: "legacy" }));

    await drive(clock, client.callTool("work"));

    expect(recorder.events.slice(-2)).toEqual([
      { at: 0, who: "wire", event: "fault", details: "delay · sent tools/call · incarnation 1" },
      { at: 300, who: "server", event: "received", details: "tools/call work · id 2" },
    ]);
  });

  test("makes a client ask its server for nothing", async () => {
    const { client, clock, server } = await stage(new Script({ era: "modern" }), { protocol: "modern" });
    await drive(clock, client.ping());

    expect(server.received.map(({ method }) => method)).toEqual(["server/discover", "server/discover"]);
  });

  test("records changed lists where the program listens to them", async () => {
    const script = new Script().tool("change", notify("notifications/tools/list_changed"), say("done"));
    const { client, clock, recorder } = await stage(script);
    const heard: string[] = [];
    client.on("toolsChanged", () => heard.push("toolsChanged"));

    await drive(clock, client.callTool("change"));
    await clock.advance(100);

    expect(heard).toEqual(["toolsChanged"]);
    expect(lines(recorder, "toolsChanged")).toEqual([""]);
  });

  test("leaves the caller's line in the stack of an error", async () => {
    const { client, clock } = await stage(new Script());
    const call = async () => await client.callTool("nothing");

    const failed = call().catch((error: unknown) => error as Error);
    const error = await drive(clock, failed);

    expect((error as Error).stack).toContain("recorder.test.ts");
  });

  test("keeps the latest events, and says how many it does not keep", async () => {
    const recorder = new Recorder({ limit: 2 });

    for (const step of ["one", "two", "three"]) recorder.note("agent", "step", step);

    expect(recorder.leftOut).toBe(1);
    expect(recorder.text()).toMatch(/^… 1 earlier events\n *[\d.]+ ms {2}agent {2}step {2}two\n.*three$/);
    expect(recorder.text({ last: 1 })).toMatch(/^… 2 earlier events\n.*three$/);
  });

  test("keeps to one line an event, whatever it is told", () => {
    const recorder = new Recorder();

    recorder.note("agent", "says", "one\ntwo\u001b[31m");

    expect(recorder.text().split("\n")).toHaveLength(1);
    expect(recorder.events[0]?.details).toBe("one two [31m");
  });

  test("records nothing more once it is stopped", async () => {
    const { client, clock, recorder } = await stage(new Script());
    const before = recorder.text();

    recorder.stop();
    await drive(clock, client.close());

    expect(recorder.text()).toBe(before);
  });

  test("records what an HTTP server receives, in real time", async () => {
    await using server = await scriptedHttp(new Script().tool("hello", say("hello")));
    const recorder = new Recorder();
    recorder.server("server", server);
    await using client = recorder.client("client", await connect(server.entry, { protocol: "legacy" }));

    await client.callTool("hello");
    await client.ping();

    expect(lines(recorder, "received").slice(0, 3)).toEqual([
      "initialize · id 1",
      "notifications/initialized",
      "tools/call hello · id 2",
    ]);
    expect(lines(recorder, "settled")[0]).toMatch(/^#1 · ok · after [\d.]+ ms$/);
  });

  test("gives back a client that is one, with all it can do", async () => {
    const { runtime, clock, recorder } = await stage(new Script());
    const client = await drive(clock, connect(scriptedMemory(new Script()).transport, { runtime, lazy: true }));

    const recorded = recorder.client("lazy", client);

    expect(recorded).toBeInstanceOf(client.constructor);
    expect(recorded.state).toBe(client.state);
    await drive(clock, recorded.close());
    expect(recorded.state).toBe("closed");
  });
});

/** A client's life with a death, a limit and an error in it. */
async function lifeOf(seed: number, jitter?: number): Promise<string> {
  const script = new Script()
    .once("tools/call", progress(1, 2), wait(250), die())
    .tool("index", stall())
    .tool("wrong", raw("garbage\n"), answer({ content: [], isError: true }));
  const { client, clock, recorder } = await stage(script, { seed, jitter });
  await drive(
    clock,
    client.callTool("index").catch(() => undefined),
  );
  await drive(clock, client.callTool("wrong"));
  recorder.note("agent", "decides", "to try once more");
  await drive(
    clock,
    client.callTool("index", {}, { timeout: 5_000 }).catch(() => undefined),
  );
  await drive(clock, client.close());
  return recorder.text();
}

interface StageOptions extends RecorderOptions {
  readonly seed?: number;
  readonly protocol?: "legacy" | "modern";
  readonly jitter?: number | undefined;
}

async function stage(script: Script, { seed, protocol = "legacy", jitter }: StageOptions = {}) {
  const { runtime, clock } = testStage(seed);
  const server = scriptedMemory(script);
  const recorder = new Recorder({ clock });
  recorder.server("server", server);
  const plain = await drive(clock, connect(server.transport, { runtime, protocol, backoff: { jitter } }));
  const client: Client = recorder.client("client", plain);
  return { runtime, clock, server, recorder, client };
}

/** The details of the events of a kind. */
function lines(recorder: Recorder, event: string): string[] {
  return recorder.events.filter((each) => each.event === event).map(({ details }) => details);
}
