import { describe, expect } from "vitest";
import { connect, createOperation } from "../../../src/index.js";
import { die, fault, progress, Script, say, sent, wait } from "../../../src/testing/index.js";
import { test } from "../../../src/testing/vitest.js";

describe("the fixtures", () => {
  test("give a client, connected to a server that plays what the test says", async ({ client, server, drive }) => {
    server.play(new Script().once("tools/call", progress(1, 2), die()).tool("report", say("done")));

    const result = await drive(client.callTool("report", {}, { retry: true }));

    expect(result.content).toEqual([{ type: "text", text: "done" }]);
    expect(server.incarnations).toBe(2);
  });

  test("give a server that plays another script when it is told to, in the same life", async ({
    client,
    server,
    drive,
  }) => {
    server.play(new Script().tool("report", say("one")));
    const first = await drive(client.callTool("report"));
    server.play(new Script().tool("report", say("two")));
    const second = await drive(client.callTool("report"));

    expect([first, second].flatMap(({ content }) => content)).toMatchObject([{ text: "one" }, { text: "two" }]);
    expect(server.incarnations).toBe(1);
  });

  test("give faults between the two, and a record of it all", async ({ client, server, faults, recorder, drive }) => {
    server.play(new Script().tool("report", say("done")));
    faults.on(sent("tools/call").nth(1), fault.delay(300));

    await drive(client.callTool("report"));

    const seen = recorder.events.map(({ who, event }) => `${who} ${event}`);
    expect(seen.slice(seen.indexOf("client call"))).toEqual([
      "client call",
      "faults fault",
      "server received",
      "client settled",
    ]);
  });

  test("give one runtime and one clock", async ({ testRuntime, runtime, clock, drive, client }) => {
    expect(testRuntime).toMatchObject({ runtime, clock, drive });
    expect(runtime.clock).toBe(clock);
    expect(runtime.tree().map(({ label }) => label)).toEqual([expect.stringMatching(/^client /)]);
    expect(client.state).toBe("ready");
  });

  test("close what was connected to the runtime besides", async ({ runtime, server, drive }) => {
    const client = await drive(connect(server.transport, { runtime }));
    client.request(createOperation({ method: "ping" })).catch(() => undefined);
  });
});

describe("the same seed", () => {
  let first: string | undefined;
  for (const time of ["first", "second"]) {
    test(`gives the same record, the ${time} time`, async ({ client, server, recorder, drive }) => {
      server.play(new Script().once("tools/call", die()).tool("slow", wait(100), say("done")));
      await drive(client.callTool("slow", {}, { retry: true }));

      first ??= recorder.text();

      expect(recorder.text()).toBe(first);
    });
  }
});

describe("what can be changed for a group of tests", () => {
  test.override({ seed: 7, options: { protocol: "modern", name: "mine" }, script: new Script({ era: "modern" }) });

  test("is the seed, how to connect, and what the server does from the start", async ({ seed, client, runtime }) => {
    expect(seed).toBe(7);
    expect(client.server?.era).toBe("modern");
    expect(runtime.tree().map(({ label }) => label)).toEqual(["client mine"]);
  });
});
