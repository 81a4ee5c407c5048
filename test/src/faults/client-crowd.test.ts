import { describe, expect, test } from "vitest";
// Loaded before the first client, so that its own import of it takes no I/O, which virtual time does not wait for.
import "../../../src/client/embedded.js";
import { clientOf, clientSpec } from "../../../src/index.js";
import { die, Script, say, scriptedMemory } from "../../../src/testing/index.js";
import { dynamicSupervisor } from "../../../supervisors/index.js";
import { testStage, textOf } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const COUNT = 50;

describe.each(seeds)("M26 many named clients, added and removed at run time, order %s", (seed) => {
  test("each is found by its name and works; removed, it is gone, and its name is free", async () => {
    const stage = testStage(seed);
    const { runtime, drive } = stage;
    const crowd = await drive(runtime.start(dynamicSupervisor("servers")));
    const names = Array.from({ length: COUNT }, (_, index) => `server ${index}`);
    const add = async (name: string) => {
      const server = scriptedMemory(new Script().tool("who", say(name)));
      expect(await drive(crowd.startChild(clientSpec(name, server.transport)))).toMatchObject({ status: "ok" });
    };
    for (const name of names) await add(name);

    const answers = await drive(Promise.all(names.map((name) => clientOf(runtime, name)!.callTool("who"))));
    expect(answers.map(textOf)).toEqual(names);

    const gone = names.slice(0, COUNT / 2);
    for (const name of gone) await drive(crowd.terminateChild(runtime.whereis(name)!));
    for (const name of gone) expect(clientOf(runtime, name)).toBeUndefined();
    expect(await crowd.countChildren()).toMatchObject({ active: COUNT / 2 });

    for (const name of gone) await add(name);
    const again = await drive(Promise.all(names.map((name) => clientOf(runtime, name)!.callTool("who"))));
    expect(again.map(textOf)).toEqual(names);
  });

  test("one of them closed by its user is forgotten; one whose server dies for ever harms nobody", async () => {
    const stage = testStage(seed);
    const { runtime, drive, clock } = stage;
    const crowd = await drive(runtime.start(dynamicSupervisor("servers")));
    const servers = {
      good: scriptedMemory(new Script().tool("hello", say("hello"))),
      bad: scriptedMemory(new Script().on("initialize", die({ code: 1 }))),
    };
    await drive(crowd.startChild(clientSpec("good", servers.good.transport)));
    await drive(crowd.startChild(clientSpec("bad", servers.bad.transport)));

    await clock.advance(600_000);
    expect(clientOf(runtime, "bad")?.state).toBe("down");
    expect(servers.bad.incarnations).toBeGreaterThan(50);
    expect(textOf(await drive(clientOf(runtime, "good")!.callTool("hello")))).toBe("hello");

    await drive(clientOf(runtime, "bad")!.close());
    await clock.advance(60_000);
    expect(await crowd.countChildren()).toMatchObject({ specs: 1, active: 1 });
    expect(clientOf(runtime, "bad")).toBeUndefined();
  });
});
