import { describe, expect, test } from "vitest";
import { failure, shutdownWith } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet, puppetDefinition, signalsOf } from "./puppet.js";

describe.each(seeds)("exit signals, order %s", (seed) => {
  test("E1 exit(pid, :normal) does not cause the target process to exit", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const parent = await puppet(runtime, { traps: true });
    const { definition, made } = puppetDefinition();
    const child = await parent.run((self) => self.spawnLink(definition));
    await made;
    await parent.run((self) => {
      child.exit("normal");
      self.exitSignal(child, "normal");
    });
    child.exit("normal");
    await clock.settle();
    expect(child.alive).toBe(true);
    expect(signalsOf(parent)).toEqual([]);
    await parent.run((self) => self.exitSignal(child, failure("abnormal")));
    await clock.settle();
    expect(child.alive).toBe(false);
    expect(parent.mail).toEqual([{ type: "EXIT", process: child, reason: failure("abnormal") }]);
  });

  test("E1 exit(self(), :normal) causes the calling process to exit", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const byAddress = await puppet(runtime);
    const byName = await puppet(runtime);
    const bySelf = await puppet(runtime);
    byAddress.act((self) => self.process.exit("normal"));
    byName.act((self) => self.exitSignal(self.process, "normal"));
    bySelf.act((self) => self.exit("normal"));
    await clock.settle();
    expect(await Promise.all([byAddress, byName, bySelf].map(({ process }) => process.exited))).toEqual([
      "normal",
      "normal",
      "normal",
    ]);
  });

  test("E1 exit(pid, :normal) makes the process receive a message if it traps exits", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const trapping = await puppet(runtime, { traps: true });
    const sender = await puppet(runtime);
    await sender.run(() => trapping.process.exit("normal"));
    await clock.settle();
    expect(trapping.process.alive).toBe(true);
    expect(trapping.mail).toEqual([{ type: "EXIT", process: sender.process, reason: "normal" }]);
  });

  test.each([
    ["shutdown" as const],
    ["noproc" as const],
    ["killed" as const],
    [shutdownWith("drained")],
    [failure(new Error("broken"))],
  ])("E2 a process that does not trap exits ends with the very reason it is sent: %j", async (reason) => {
    const { runtime, crashes } = testRuntime({ seed });
    const target = await puppet(runtime);
    target.process.exit(reason);
    expect(target.process.alive).toBe(false);
    expect(await target.process.exited).toBe(reason);
    expect(crashes).toEqual([]);
  });

  test("E2 unread mail is dropped when an untrapped signal comes", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const target = await puppet(runtime);
    target.process.send("unread");
    target.process.exit("shutdown");
    await clock.settle();
    expect(target.mail).toEqual([]);
  });

  test("E3 a trapped signal becomes mail behind what is queued", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const target = await puppet(runtime, { traps: true });
    target.process.send("first");
    target.process.exit("shutdown");
    target.process.send("last");
    await clock.settle();
    expect(target.mail).toEqual(["first", { type: "EXIT", process: undefined, reason: "shutdown" }, "last"]);
  });

  test("E3 a linked process that ends normally is mail to one that traps, and nothing to one that does not", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const trapping = await puppet(runtime, { traps: true });
    const plain = await puppet(runtime);
    const ending = await puppet(runtime);
    await ending.run((self) => {
      self.link(trapping.process);
      self.link(plain.process);
    });
    ending.act((self) => self.exit("normal"));
    await clock.settle();
    expect(trapping.mail).toEqual([{ type: "EXIT", process: ending.process, reason: "normal" }]);
    expect(plain.process.alive).toBe(true);
    expect(plain.mail).toEqual([]);
  });

  test("E4 kill cannot be trapped, and the reason is killed", async () => {
    const { runtime } = testRuntime({ seed });
    const target = await puppet(runtime, { traps: true });
    target.process.exit("kill");
    expect(target.process.alive).toBe(false);
    expect(await target.process.exited).toBe("killed");
    expect(target.mail).toEqual([]);
  });

  test("E4 a process can kill itself", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const target = await puppet(runtime, { traps: true });
    target.act((self) => self.exitSignal(self.process, "kill"));
    await clock.settle();
    expect(await target.process.exited).toBe("killed");
  });

  test("E4 through a link the reason seen is killed, and that can be trapped", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const target = await puppet(runtime);
    const trapping = await puppet(runtime, { traps: true });
    const plain = await puppet(runtime);
    await target.run((self) => {
      self.link(trapping.process);
      self.link(plain.process);
    });
    target.process.exit("kill");
    await clock.settle();
    expect(trapping.mail).toEqual([{ type: "EXIT", process: target.process, reason: "killed" }]);
    expect(await plain.process.exited).toBe("killed");
  });

  test("E4 a kill that a link carries is not converted, and can be trapped", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const ending = await puppet(runtime);
    const trapping = await puppet(runtime, { traps: true });
    const plain = await puppet(runtime);
    await ending.run((self) => {
      self.link(trapping.process);
      self.link(plain.process);
    });
    ending.act((self) => self.exit("kill"));
    await clock.settle();
    expect(await ending.process.exited).toBe("kill");
    expect(trapping.mail).toEqual([{ type: "EXIT", process: ending.process, reason: "kill" }]);
    expect(await plain.process.exited).toBe("kill");
  });

  test("E3 trapping can be switched off again", async () => {
    const { runtime } = testRuntime({ seed });
    const target = await puppet(runtime, { traps: true });
    expect(target.self.trapExit).toBe(true);
    await target.run((self) => {
      self.trapExit = false;
    });
    target.process.exit("shutdown");
    expect(await target.process.exited).toBe("shutdown");
  });
});
