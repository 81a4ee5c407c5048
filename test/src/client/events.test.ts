import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Events } from "../../../src/client/events.js";
import { connect } from "../../../src/index.js";
import { log, notify, Script, say } from "../../../src/testing/index.js";
import { connectInMemory, testStage, textOf } from "../../support/memory.js";

const state = "ready";

describe("Events", () => {
  test("handlers hear in the order they were added, of events in the order they were emitted", async () => {
    const events = new Events();
    const log: string[] = [];
    events.on("stderr", (line) => log.push(`a ${line}`));
    events.on("stderr", (line) => log.push(`b ${line}`));

    events.emit("stderr", "1");
    events.emit("stderr", "2");
    expect(log).toEqual([]);
    await setImmediate();

    expect(log).toEqual(["a 1", "b 1", "a 2", "b 2"]);
  });

  test("never on the stack of whoever emits, and before timers and I/O", async () => {
    const events = new Events();
    const log: string[] = [];
    events.on("state", () => log.push("event"));
    const turn = setImmediate().then(() => log.push("turn"));

    events.emit("state", state);
    log.push("emitted");
    await turn;

    expect(log).toEqual(["emitted", "event", "turn"]);
  });

  test("a function that is added twice is called twice, and removed once at a time", async () => {
    const events = new Events();
    let count = 0;
    const handler = () => count++;
    const stop = events.on("state", handler);
    events.on("state", handler);

    events.emit("state", state);
    await setImmediate();
    stop();
    stop();
    events.emit("state", state);
    await setImmediate();

    expect(count).toBe(3);
  });

  test("one that is removed hears nothing more, not even what was emitted before", async () => {
    const events = new Events();
    let count = 0;
    const stop = events.on("state", () => count++);

    events.emit("state", state);
    stop();
    await setImmediate();

    expect(count).toBe(0);
    expect(events.hears("state")).toBe(false);
  });

  test("one that is added in a handler hears from the next event on", async () => {
    const events = new Events();
    const heard: string[] = [];
    events.on("stderr", (line) => {
      if (heard.length === 0) events.on("stderr", (later) => heard.push(`late ${later}`));
      heard.push(line);
    });

    events.emit("stderr", "1");
    events.emit("stderr", "2");
    await setImmediate();

    expect(heard).toEqual(["1", "2", "late 2"]);
  });

  test("one that removes itself, or another, in its handler", async () => {
    const events = new Events();
    const heard: string[] = [];
    const stopA = events.on("stderr", () => {
      heard.push("a");
      stopA();
      stopB();
    });
    const stopB = events.on("stderr", () => heard.push("b"));

    events.emit("stderr", "1");
    events.emit("stderr", "2");
    await setImmediate();

    // Of one event all hear that listened when it was its turn.
    expect(heard).toEqual(["a", "b"]);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("handler");
      },
    ],
    ["rejects", async () => await Promise.reject(new Error("handler"))],
  ])("one that %s is a callbackError, keeps no other from hearing and none from hearing again", async (_, bad) => {
    const events = new Events();
    const failures: unknown[] = [];
    let count = 0;
    events.on("callbackError", (failure) => failures.push(failure));
    events.on("state", bad);
    events.on("state", () => count++);

    events.emit("state", state);
    events.emit("state", state);
    await setImmediate();

    expect(count).toBe(2);
    const failure = { token: undefined, error: new Error("handler"), count: 1 };
    expect(failures).toEqual([failure, failure]);
  });

  test("a callbackError handler that fails is left alone: it does not call itself for ever", async () => {
    const events = new Events();
    let count = 0;
    events.on("callbackError", () => {
      count++;
      throw new Error("again");
    });
    events.on("state", () => {
      throw new Error("handler");
    });

    events.emit("state", state);
    await setImmediate();

    expect(count).toBe(1);
  });

  test("an event nobody hears does nothing", async () => {
    const events = new Events();

    events.emit("callbackError", { token: undefined, error: new Error("unheard"), count: 1 });
    await setImmediate();

    expect(events.hears("callbackError")).toBe(false);
  });
});

describe("a client's events", () => {
  test("a handler that hangs or calls the client back holds up nothing", async () => {
    const stage = await connectInMemory(new Script().tool("hello", log("line"), say("hello")));
    const answers: unknown[] = [];
    stage.client.on("stderr", () => new Promise(() => undefined));
    const stop = stage.client.on("stderr", async () => {
      stop();
      answers.push(textOf(await stage.client.callTool("hello")));
    });

    await stage.drive(stage.client.callTool("hello"));
    await stage.clock.settle();

    expect(answers).toEqual(["hello"]);
  });

  test("stderr lines are told as they come", async () => {
    const stage = await connectInMemory(new Script().tool("hello", log("one"), log("two"), say("hello")));
    const lines: string[] = [];
    stage.client.on("stderr", (line) => lines.push(line));

    await stage.drive(stage.client.callTool("hello"));

    expect(lines).toEqual(["one", "two"]);
  });

  test("a notification this client does not know is no event, and no harm", async () => {
    const stage = await connectInMemory(new Script().tool("hello", notify("notifications/odd", {}), say("hello")));

    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
    expect(stage.client.stats.messages.invalid).toBe(0);
  });

  test("unknown keys of a server's configuration are one warning, which whoever connects can hear", async () => {
    const stage = testStage();
    const server = { command: "no-such-program-here", cmd: "canary", argz: [] };
    // Not driven: whoever awaits it goes on before anything else happens.
    const client = await connect(server, { runtime: stage.runtime, lazy: true });
    const warnings: { readonly message: string }[] = [];
    client.on("warning", (warning) => warnings.push(warning));
    await stage.clock.settle();
    await client.close();

    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain("cmd, argz");
    expect(warnings[0]?.message).not.toContain("canary");
  });
});
