import { connect } from "caduceus";
import { answer, ask, Script, say, wait } from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { wires } from "./rows.js";
import { over, sentFromNow, serve, textOf } from "./stage.js";

const CHANGED = "notifications/roots/list_changed";
const a = { uri: "file:///a", name: "A" };
const b = { uri: "file:///b" };
const asking = new Script().tool("work", ask("roots/list"), say("done"));
const slow = answer({ protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "slow", version: "1" } });

describe.each(wires)("over %s", (wire) => {
  test("M13 roots are set, added and removed; the server is told of each change, and asks for those of now", async () => {
    const { client, of } = await over(wire, asking, { roots: [a], protocol: "legacy" });

    client.addRoot(a);
    client.setRoots([a]);
    client.addRoot(b);
    expect(textOf(await client.callTool("work"))).toBe("done");
    client.removeRoot(a.uri);
    await client.callTool("work");
    client.setRoots([]);
    await client.callTool("work");

    expect(of("initialize")).toMatchObject([{ params: { capabilities: { roots: { listChanged: true } } } }]);
    expect(of(undefined).map(({ result }) => result)).toEqual([{ roots: [a, b] }, { roots: [b] }, { roots: [] }]);
    expect(of(CHANGED)).toHaveLength(3);
  });

  test("M13 nothing is told before the handshake is done", async () => {
    const sent = sentFromNow();
    const { entry } = await serve(wire, new Script().on("initialize", wait(200), slow));
    const client = await connect(entry, { lazy: true, roots: [], protocol: "legacy" });
    onTestFinished(() => client.close());

    client.addRoot(a);
    await client.ready();
    client.addRoot(b);
    await client.ping();

    const opening = ["initialize", "notifications/initialized"];
    expect(sent.map(({ method }) => method)).toEqual([...opening, CHANGED, "ping"]);
  });

  test("M13 without the capability nothing is told, and roots/list is refused", async () => {
    const { client, of } = await over(wire, asking);

    client.addRoot(a);
    await client.callTool("work");

    expect(of(CHANGED)).toEqual([]);
    expect(of(undefined)).toMatchObject([{ error: { code: -32_601 } }]);
  });

  test("M13 a server that is started again finds the roots of now", async () => {
    const { client, of, restart } = await over(wire, asking, { roots: [a] });

    client.addRoot(b);
    await restart();
    await client.callTool("work", {}, { retry: true });

    expect(of(undefined).at(-1)?.result).toEqual({ roots: [a, b] });
  });
});
