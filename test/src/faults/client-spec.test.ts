import { describe, expect, test } from "vitest";
import { type Process, registry } from "../../../actors/index.js";
// Loaded before the first client, so that its own import of it takes no I/O, which virtual time does not wait for.
import "../../../src/client/embedded.js";
import { clientOf, clientSpec } from "../../../src/index.js";
import { Script, say, scriptedMemory, stall } from "../../../src/testing/index.js";
import { child, supervisor } from "../../../supervisors/index.js";
import { processesOf, testStage, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("hello", say("hello")).tool("work", stall());

function begin(seed: number | undefined) {
  const stage = testStage(seed);
  const servers = { files: scriptedMemory(script), mail: scriptedMemory(script) };
  const root = supervisor("servers", {
    children: [clientSpec("files", servers.files.transport), clientSpec("mail", servers.mail.transport)],
  });
  /** The connection's process of the client with this name, crashed. */
  const crash = (name: string) => {
    const clients = stage.runtime.tree().flatMap((node) => node.children);
    clients.find(({ label }) => label === `client ${name}`)?.children[0]?.process.exit("kill");
  };
  return { ...stage, servers, crash, start: () => stage.drive(stage.runtime.start(root)) };
}

describe.each(seeds)("M26 a client as the child of a supervisor, order %s", (seed) => {
  test("is found by its name, and works", async () => {
    const stage = begin(seed);
    await stage.start();

    const client = clientOf(stage.runtime, "files");

    expect(textOf(await stage.drive(client!.callTool("hello")))).toBe("hello");
    expect(clientOf(stage.runtime, "mail")).not.toBe(client);
    expect(clientOf(stage.runtime, "servers")).toBeUndefined();
    expect(clientOf(stage.runtime, "nobody")).toBeUndefined();
  });

  test("two clients, one crashes past its intensity: it is started again afresh, the other is unharmed", async () => {
    const stage = begin(seed);
    const root = await stage.start();
    const [files, mail] = [clientOf(stage.runtime, "files")!, clientOf(stage.runtime, "mail")!];
    await stage.drive(Promise.all([files.ready(), mail.ready()]));
    const bystander = watch(stage, mail.callTool("work", {}, { timeout: 60_000 }));
    const closed: unknown[] = [];
    files.on("closed", ({ cause }) => closed.push(cause));

    for (let defect = 0; defect < 4; defect++) {
      stage.crash("files");
      await stage.clock.advance(100);
    }

    const again = clientOf(stage.runtime, "files")!;
    expect(again).not.toBe(files);
    expect(files.state).toBe("closed");
    expect(closed).toHaveLength(1);
    const late = watch(stage, files.ping());
    await stage.clock.settle();
    expect(late.error).toMatchObject({ code: "CONNECTION_CLOSED" });
    expect(textOf(await stage.drive(again.callTool("hello")))).toBe("hello");
    expect(again.stats.restarts).toEqual({ incarnations: 1, connection: 0 });
    expect(clientOf(stage.runtime, "mail")).toBe(mail);
    expect({ state: mail.state, call: bystander.state, lives: stage.servers.mail.incarnations }).toEqual({
      state: "ready",
      call: "pending",
      lives: 1,
    });
    expect(await root.countChildren()).toMatchObject({ active: 2 });
  });

  test("past the parent's own intensity, too, everybody above hears of it", async () => {
    const stage = testStage(seed);
    const spec = clientSpec("files", scriptedMemory(script).transport, { restart: { max: 0 } });
    const root = await stage.drive(
      stage.runtime.start(supervisor("servers", { intensity: { maxRestarts: 1, within: 5_000 }, children: [spec] })),
    );

    for (let defect = 0; defect < 2; defect++) {
      processesOf(stage, "connection")[0]?.exit("kill");
      await stage.clock.advance(100);
    }

    expect(await root.exited).toBe("shutdown");
    expect(clientOf(stage.runtime, "files")).toBeUndefined();
  });

  test("closed by its user it stays closed, and can be started again by name", async () => {
    const stage = begin(seed);
    const root = await stage.start();
    const client = clientOf(stage.runtime, "files")!;
    await stage.drive(client.ready());

    await stage.drive(client.close());
    await stage.clock.advance(60_000);

    expect(clientOf(stage.runtime, "files")).toBeUndefined();
    expect(await root.countChildren()).toMatchObject({ specs: 2, active: 1 });
    expect(stage.servers.files.incarnations).toBe(1);
    await stage.drive(root.restartChild("files"));
    expect(textOf(await stage.drive(clientOf(stage.runtime, "files")!.callTool("hello")))).toBe("hello");
  });

  test("is closed when its supervisor ends", async () => {
    const stage = begin(seed);
    const root = await stage.start();
    const client = clientOf(stage.runtime, "files")!;
    await stage.drive(client.ready());
    const call = watch(stage, client.callTool("work"));
    await stage.clock.settle();

    await stage.drive(root.stop("shutdown"));

    expect(client.state).toBe("closed");
    expect(call.error).toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  test("has its name in a registry, where one is given", async () => {
    const stage = testStage(seed);
    const names = await stage.drive(
      stage.runtime.start(registry<string, undefined, Process>("names", { keys: "unique" })),
    );
    const spec = clientSpec("files", scriptedMemory(script).transport, { registry: names });

    await stage.drive(stage.runtime.start(supervisor("servers", { children: [spec] })));

    expect(stage.runtime.whereis("files")).toBeUndefined();
    expect(textOf(await stage.drive(clientOf(names, "files")!.callTool("hello")))).toBe("hello");
  });

  test("an option that cannot be makes the start fail, and says why", async () => {
    const stage = testStage(seed);
    const root = await stage.drive(stage.runtime.start(supervisor("servers", { children: [] })));

    const started = await stage.drive(
      root.startChild(clientSpec("files", scriptedMemory(script).transport, { timeout: 0 })),
    );

    expect(started).toMatchObject({ status: "error", reason: { kind: "error", error: { code: "CONFIG" } } });
  });

  test("a server that never comes up does not keep its supervisor from starting", async () => {
    const stage = testStage(seed);
    const spec = clientSpec("files", scriptedMemory(new Script().on("initialize", stall())).transport);

    await stage.drive(stage.runtime.start(supervisor("servers", { children: [spec] })));

    expect(clientOf(stage.runtime, "files")?.state).toBe("starting");
  });

  test("a child that is no client has none", async () => {
    const stage = testStage(seed);
    const nested = supervisor("inner", { children: [] });
    await stage.drive(
      stage.runtime.start(supervisor("servers", { children: [child("inner", nested, undefined, { name: "inner" })] })),
    );

    expect(clientOf(stage.runtime, "inner")).toBeUndefined();
  });
});
