import type { Client } from "caduceus";
import { answer, Script, stall } from "caduceus/testing";
import { describe, expect, test } from "vitest";
import { methods } from "../../support/methods.js";
import { wires } from "./rows.js";
import { errorOf, over } from "./stage.js";

const table = Object.entries(methods);
const LISTS = ["listTools", "listResources", "listResourceTemplates", "listPrompts"] as const;

/** Answers every method as a good server would. */
function answering(script: Script): Script {
  return table
    .reduce((so, [, { method, result }]) => so.on(method, answer(result)), script)
    .on("resources/subscribe", answer({}))
    .on("resources/unsubscribe", answer({}));
}

describe.each(wires)("over %s", (wire) => {
  test("M1 every method asks for what it says, and gives the server's result", async () => {
    const { client, of } = await over(wire, answering(new Script()), { protocol: "legacy" });

    for (const [name, it] of table) {
      expect(await it.call(client as never), name).toMatchObject(it.result);
      const { _meta, ...params } = of(it.method)[0]?.params ?? {};
      expect(params, name).toEqual(it.params);
    }
  });

  test("M1 a resource is subscribed to, and no more", async () => {
    const { client, of } = await over(wire, answering(new Script()), { protocol: "legacy" });

    const subscription = await client.subscribe("file:///a");
    await subscription.close();

    expect(of("resources/subscribe")).toMatchObject([{ params: { uri: "file:///a" } }]);
    expect(of("resources/unsubscribe")).toMatchObject([{ params: { uri: "file:///a" } }]);
  });

  test("M1 the same methods do the same in the modern era", async () => {
    const { client, of } = await over(wire, answering(new Script({ era: "modern" })));

    for (const [name, it] of table.filter(([, { method }]) => method !== "ping" && method !== "logging/setLevel")) {
      expect(await it.call(client as never), name).toMatchObject(it.result);
    }
    await client.setLogLevel("warning");
    await client.ping();

    expect((await client.discover()).supportedVersions).toEqual(["2026-07-28"]);
    expect(of("ping")).toEqual([]);
    expect(of("server/discover").at(-1)?.params?._meta).toMatchObject({
      "io.modelcontextprotocol/logLevel": "warning",
    });
  });

  test("M2 token, `meta` and headers of each method's call are on that call, and on no other", async () => {
    const { client, of, http, sent } = await over(wire, answering(new Script()), { protocol: "legacy" });

    for (const [name, { method, call }] of table) {
      const options = { meta: { trace: name }, headers: { "x-call": name }, progress: { token: `of ${name}` } };
      await call(client as never, options);
      expect(of(method).map(({ params }) => params?._meta)).toEqual([{ trace: name, progressToken: `of ${name}` }]);
    }

    expect(sent.filter(({ params }) => params?._meta?.trace !== undefined)).toHaveLength(table.length);
    if (http === undefined) return;
    const seen = http.received.flatMap(({ headers, message }) =>
      headers["x-call"] === undefined ? [] : [[headers["x-call"], message?.method]],
    );
    expect(seen).toEqual(table.map(([name, { method }]) => [name, method]));
  });

  test("M2 a timeout, and a cancel, end each method's call", async () => {
    const silent = table.reduce((script, [, { method }]) => script.times(2, method, stall()), new Script());
    const { client, of } = await over(wire, silent, { protocol: "legacy" });

    const calls = table.map(([, { call }]) => call(client as never));
    const cancelled = calls.map(errorOf);
    const limited = table.map(([, { call }]) => errorOf(call(client as never, { timeout: 150, retry: false })));
    for (const error of await Promise.all(limited)) expect(error).toMatchObject({ code: "TIMEOUT" });
    for (const call of calls) call.cancel("enough");
    for (const error of await Promise.all(cancelled)) {
      expect(error).toMatchObject({ code: "CANCELLED", reason: "enough" });
    }

    const told = of("notifications/cancelled").map(({ params }) => params?.requestId);
    expect(new Set(told).size).toBe(2 * table.length);
    expect(told).toHaveLength(2 * table.length);
  });

  test.each(LISTS)("M2 %s with a cursor asks for that page alone", async (name) => {
    const { method, result } = methods[name] ?? { method: "", result: {} };
    const script = new Script().on(method, answer({ ...result, nextCursor: "3" }));
    const { client, of } = await over(wire, script, { protocol: "legacy" });

    expect(await (client as Client)[name]({ cursor: "2" })).toMatchObject({ ...result, nextCursor: "3" });

    expect(of(method)).toMatchObject([{ params: { cursor: "2" } }]);
  });
});
