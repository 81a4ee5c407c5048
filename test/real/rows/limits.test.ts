import type { ClientEvents } from "caduceus";
import { progress, Script, say, stall, wait } from "caduceus/testing";
import { describe, expect, test } from "vitest";
import { wires } from "./rows.js";
import { errorOf, over, textOf } from "./stage.js";

const ticks = (count: number) =>
  Array.from({ length: count }, (_, index) => [wait(100), progress(index + 1, count)]).flat();
const script = new Script()
  .tool("ticking", ...ticks(20), say("done"))
  .tool("work", progress(1), progress(2), say("done"))
  .tool("quick", say("quick"));

describe.each(wires)("over %s", (wire) => {
  test("M8 progress restarts `timeout`, and nothing stops `maxTimeout`", { retry: 2 }, async () => {
    const { client, of } = await over(wire, script, { protocol: "legacy" });

    const patient = client.callTool("ticking", {}, { timeout: 700 });
    const begun = performance.now();
    const error = await errorOf(client.callTool("ticking", {}, { timeout: 700, maxTimeout: 1_000 }));
    const took = performance.now() - begun;

    expect(error).toMatchObject({ code: "TIMEOUT", limit: "maxTimeout", after: 1_000 });
    expect(took).toBeGreaterThanOrEqual(995);
    expect(took).toBeLessThan(1_300);
    expect(of("notifications/cancelled")).toHaveLength(1);
    expect(textOf(await patient)).toBe("done");
  });

  test("M8 silence for longer than `timeout` ends a call that had progress", async () => {
    const { client } = await over(wire, new Script().tool("tiring", ...ticks(2), stall()));

    expect(await errorOf(client.callTool("tiring", {}, { timeout: 300 }))).toMatchObject({ limit: "timeout" });
  });

  test("M9 a callback that throws, rejects or never settles delays nobody else, and is reported once", async () => {
    const { client } = await over(wire, script, { progressDrain: 400 });
    const failures: ClientEvents["callbackError"][] = [];
    client.on("callbackError", (failure) => void failures.push(failure));
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);

    const hanging = client.callTool("work", {}, { progress: () => new Promise(() => undefined) });
    const throwing = client.callTool(
      "work",
      {},
      {
        progress: () => {
          throw new Error("thrown");
        },
      },
    );
    const rejecting = client.callTool("work", {}, { progress: () => Promise.reject(new Error("rejected")) });
    const neighbours = Array.from({ length: 5 }, () => client.callTool("quick"));
    void hanging.then(note("hanging"));
    await Promise.all([throwing.then(note("throwing")), rejecting.then(note("rejecting"))]);
    await Promise.all(neighbours.map((each) => each.then(note("neighbour"))));
    const before = [...order];

    expect(textOf(await hanging)).toBe("done");
    expect(before.sort()).toEqual([...Array.from({ length: 5 }, () => "neighbour"), "rejecting", "throwing"]);
    const told = failures.map(({ error, count }) => `${(error as Error).message} ×${count}`).sort();
    expect(told).toEqual([expect.stringContaining("did not settle"), "rejected ×2", "thrown ×2"]);
    expect(textOf(await client.callTool("quick"))).toBe("quick");
  });
});
