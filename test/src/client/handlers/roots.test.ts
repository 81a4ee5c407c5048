import { describe, expect, test } from "vitest";
import { ConfigError, connect } from "../../../../src/index.js";
import { Script, say, scriptedMemory, wait } from "../../../../src/testing/index.js";
import { asking, replies } from "../../../support/host.js";
import { connectInMemory, drive, received, testStage, welcome } from "../../../support/memory.js";

const a = { uri: "file:///a", name: "A" };
const b = { uri: "file:///b" };
const CHANGED = "notifications/roots/list_changed";

describe("M13 roots", () => {
  test("roots/list is answered with the roots of now", async () => {
    const stage = await connectInMemory(asking("roots/list"), { roots: [a] });

    await stage.drive(stage.client.callTool("work"));
    stage.client.addRoot(b);
    await stage.drive(stage.client.callTool("work"));
    stage.client.removeRoot(a.uri);
    await stage.drive(stage.client.callTool("work"));
    stage.client.setRoots([]);
    await stage.drive(stage.client.callTool("work"));

    expect(replies(stage).map(({ result }) => result)).toEqual([
      { roots: [a] },
      { roots: [a, b] },
      { roots: [b] },
      { roots: [] },
    ]);
  });

  test("the capability is declared when `roots` is given, even if there are none", async () => {
    const withRoots = await connectInMemory(new Script(), { roots: [] });
    const without = await connectInMemory(new Script());

    expect(received(withRoots, "initialize")[0]?.params.capabilities).toEqual({ roots: { listChanged: true } });
    expect(received(without, "initialize")[0]?.params.capabilities).toEqual({});
  });

  test("list_changed goes out on a change, and only on a change", async () => {
    const stage = await connectInMemory(new Script(), { roots: [a] });

    stage.client.addRoot(a);
    stage.client.setRoots([a]);
    stage.client.removeRoot("file:///unknown");
    await stage.clock.settle();
    expect(received(stage, CHANGED)).toHaveLength(0);

    stage.client.addRoot({ ...a, name: "another name" });
    stage.client.addRoot(b);
    stage.client.removeRoot(b.uri);
    await stage.clock.settle();
    expect(received(stage, CHANGED)).toHaveLength(3);
  });

  test("list_changed never comes before the handshake is done", async () => {
    const { runtime, clock } = testStage();
    const server = scriptedMemory(new Script().on("initialize", wait(1_000), welcome()));
    const client = await drive(
      clock,
      connect(server.transport, { runtime, lazy: true, protocol: "legacy", roots: [] }),
    );
    client.addRoot(a);
    await clock.advance(500);
    client.addRoot(b);
    await clock.advance(5_000);

    expect(client.state).toBe("ready");
    expect(received({ server }, CHANGED)).toHaveLength(0);
  });

  test("without the capability nothing is on the wire, roots/list is refused, and a warning says why", async () => {
    const stage = await connectInMemory(asking("roots/list"));
    const warnings: string[] = [];
    stage.client.on("warning", ({ message }) => warnings.push(message));

    stage.client.addRoot(a);
    await stage.drive(stage.client.callTool("work"));

    expect(received(stage, CHANGED)).toHaveLength(0);
    expect(replies(stage)).toMatchObject([{ error: { code: -32_601 } }]);
    expect(warnings).toHaveLength(1);
  });

  test("with `listChanged` switched off the server is not told", async () => {
    const stage = await connectInMemory(new Script(), { roots: [a], capabilities: { roots: {} } });

    stage.client.addRoot(b);
    await stage.clock.settle();

    expect(received(stage, CHANGED)).toHaveLength(0);
  });

  test("a server that is started again finds the roots of now, and hears of a change meanwhile", async () => {
    const stage = await connectInMemory(asking("roots/list"), { roots: [a] });

    stage.server.kill();
    await stage.clock.settle();
    stage.client.addRoot(b);
    await stage.clock.advance(10_000);
    await stage.drive(stage.client.callTool("work"));

    expect(replies(stage).map(({ result }) => result)).toEqual([{ roots: [a, b] }]);
    expect(received(stage, CHANGED)).toHaveLength(1);
  });

  test("in the modern era no server is told: there is no such notification", async () => {
    const stage = await connectInMemory(new Script({ era: "modern" }), { roots: [a], protocol: "modern" });

    stage.client.addRoot(b);
    await stage.clock.settle();

    expect(received(stage, CHANGED)).toHaveLength(0);
  });

  test.each([
    ["another scheme", [{ uri: "https://example.org" }]],
    ["no URI", [{}]],
    ["a name that is no string", [{ uri: "file:///a", name: 5 }]],
    ["nothing", [undefined]],
    ["no list", { uri: "file:///a" }],
  ])("a root with %s is a ConfigError, and changes nothing", async (_, roots) => {
    const stage = await connectInMemory(asking("roots/list"), { roots: [a] });

    expect(() => stage.client.setRoots(roots as never)).toThrow(ConfigError);
    await stage.drive(stage.client.callTool("work"));

    expect(replies(stage)).toMatchObject([{ result: { roots: [a] } }]);
    await expect(
      connect(scriptedMemory(new Script().tool("x", say("x"))).transport, { roots: roots as never }),
    ).rejects.toThrow(ConfigError);
  });
});
