import { ConnectionLostError, ProtocolError, TimeoutError } from "caduceus";
import { die, fail, notify, Script, say, stall, wait } from "caduceus/testing";
import { describe, expect, test } from "vitest";
import { wires } from "./rows.js";
import { errorOf, over, textOf } from "./stage.js";

const script = new Script()
  .tool("hello", say("hello"))
  .tool("refuse", fail(-32_050, "Not you", { why: 1 }))
  .tool("fail", { do: "answer", result: { content: [], isError: true } })
  .tool("die", die())
  .tool("late", wait(300), say("late"))
  .tool("never", stall());

describe.each(wires)("over %s", (wire) => {
  test("M3 a protocol error, a result with `isError` and a transport error are told apart by type", async () => {
    const { client } = await over(wire, script);

    const refused = await errorOf(client.callTool("refuse"));
    expect(refused).toBeInstanceOf(ProtocolError);
    expect(refused).toMatchObject({ rpcCode: -32_050, data: { why: 1 }, outcome: "completed" });
    expect(String(refused)).toContain("Not you");
    expect(await client.callTool("fail")).toEqual({ content: [], isError: true });
    const lost = await errorOf(client.callTool("die"));
    expect(lost).toBeInstanceOf(ConnectionLostError);
    expect(lost).toMatchObject({ outcome: "unknown", attempts: 1 });
  });

  test("M10 a timeout is a typed error, the server is told once, and nobody else notices", async () => {
    const { client, of } = await over(wire, script, { protocol: "legacy" });

    const bystander = client.callTool("late");
    const error = await errorOf(client.callTool("never", {}, { timeout: 100 }));

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ limit: "timeout", after: 100, outcome: "unknown", attempts: 1 });
    const { id } = of("tools/call").find(({ params }) => params?.name === "never") ?? {};
    expect(of("notifications/cancelled")).toMatchObject([{ params: { requestId: id } }]);
    expect(textOf(await bystander)).toBe("late");
    expect(textOf(await client.callTool("hello"))).toBe("hello");
    expect(client.stats.restarts.incarnations).toBe(1);
  });

  test("M10 an answer that comes too late is ignored", async () => {
    const { client } = await over(wire, script);

    expect(await errorOf(client.callTool("late", {}, { timeout: 100 }))).toMatchObject({ code: "TIMEOUT" });
    // Its answer is on the wire by the time that of a later and longer one is there.
    expect(textOf(await client.callTool("late"))).toBe("late");

    expect(client.state).toBe("ready");
    expect(client.stats.restarts.incarnations).toBe(1);
  });

  test("M11 a call is cancelled by its handle, by a signal, and with all others, with the reason", async () => {
    const { client, of } = await over(wire, script, { protocol: "legacy" });
    const controller = new AbortController();
    const calls = [
      client.callTool("never"),
      client.callTool("never", {}, { signal: controller.signal }),
      client.callTool("never"),
    ];
    const errors = Promise.all(calls.map(errorOf));
    await client.callTool("hello");

    calls[0]?.cancel("seen enough");
    controller.abort("left");
    await errorOf(calls[1] as PromiseLike<unknown>);
    client.cancelAll("closing time");

    expect(await errors).toMatchObject([
      { code: "CANCELLED", reason: "seen enough" },
      { code: "CANCELLED", cause: "left" },
      { code: "CANCELLED", reason: "closing time" },
    ]);
    expect(of("notifications/cancelled").map(({ params }) => params?.reason)).toEqual([
      "seen enough",
      "left",
      "closing time",
    ]);
  });

  test("M11 a cancel rejects within 100 ms, while the server works", { retry: 2 }, async () => {
    const { client, http } = await over(wire, script, { protocol: "legacy" });
    const call = client.callTool("never");
    const error = errorOf(call);
    await client.callTool("hello");

    const begun = performance.now();
    call.cancel();
    expect(await error).toMatchObject({ code: "CANCELLED" });

    expect(performance.now() - begun).toBeLessThan(100);
    // Only the server's own stream stays.
    await http?.until(() => http.underWay <= 1);
  });

  test("M11 a call that the server itself cancels rejects, with the server's reason", async () => {
    const gone = notify("notifications/cancelled", { requestId: 2, reason: "too busy" });
    const { client } = await over(wire, new Script().tool("work", gone, stall()), { protocol: "legacy" });

    expect(await errorOf(client.callTool("work"))).toMatchObject({ code: "CANCELLED", reason: "too busy" });
  });
});
