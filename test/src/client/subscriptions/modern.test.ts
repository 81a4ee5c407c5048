import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../../../src/index.js";
import { answer, fail, Script, type Step, stall, tell, wait } from "../../../../src/testing/index.js";
import { connectInMemory, errorOf, received, type Stage, watch } from "../../../support/memory.js";

const A = "file:///a";
const B = "file:///b";
const LISTEN = "subscriptions/listen";
const ACK = "notifications/subscriptions/acknowledged";

/** A modern server whose lists may change. */
function changing(script: Script): Script {
  const listChanged = { listChanged: true };
  const capabilities = { tools: listChanged, prompts: listChanged, resources: { ...listChanged, subscribe: true } };
  return script.on(
    "server/discover",
    answer({ supportedVersions: ["2026-07-28"], capabilities, ttlMs: 0, cacheScope: "private" }),
  );
}
const modern = new Script({ era: "modern" });
const ack = (uris: string[], kinds: object = {}) =>
  tell(ACK, { notifications: { ...kinds, ...(uris.length === 0 ? {} : { resourceSubscriptions: uris }) } });
const updated = (uri: string) => tell("notifications/resources/updated", { uri });

const connectTo = (script: Script, options: ConnectOptions = {}) =>
  connectInMemory(script, { protocol: "modern", ...options });
const filters = (stage: Stage) => received(stage, LISTEN).map(({ params }) => params.notifications);
const cancelled = (stage: Stage) =>
  received(stage, "notifications/cancelled").map(({ params }) => (params as { requestId?: unknown }).requestId);

describe("M17 subscribe in the modern era", () => {
  test("is one stream with the union of what is wanted; the new one is acknowledged before the old one is cancelled", async () => {
    const stage = await connectTo(modern.once(LISTEN, ack([A])).once(LISTEN, wait(50), ack([A, B]), updated(B)));
    const heard: string[] = [];
    await stage.drive(stage.client.subscribe(A));
    const second = watch(
      stage,
      stage.client.subscribe(B, ({ uri }) => heard.push(uri)),
    );
    await stage.clock.advance(49);
    expect([second.state, cancelled(stage)]).toEqual(["pending", []]);
    await stage.clock.advance(1);

    expect(second.state).toBe("fulfilled");
    expect(filters(stage)).toEqual([{ resourceSubscriptions: [A] }, { resourceSubscriptions: [A, B] }]);
    expect(cancelled(stage)).toEqual([received(stage, LISTEN)[0]?.id]);
    expect(heard).toEqual([B]);
  });

  test("several to one resource share it, and the last close ends the stream", async () => {
    const stage = await connectTo(modern);
    const [one, two] = await stage.drive(Promise.all([stage.client.subscribe(A), stage.client.subscribe(A)]));
    await stage.drive(one.close());
    expect(cancelled(stage)).toEqual([]);
    await stage.drive(two.close());
    await stage.clock.settle();

    expect(filters(stage)).toHaveLength(1);
    expect(cancelled(stage)).toHaveLength(1);
  });

  test("while two streams overlap an update is told once", async () => {
    const late = [ack([A]), wait(200), updated(A)];
    const stage = await connectTo(modern.once(LISTEN, ...late).once(LISTEN, ack([A, B]), wait(150), updated(A)));
    const heard: string[] = [];
    await stage.drive(stage.client.subscribe(A, ({ uri }) => heard.push(uri)));
    await stage.clock.advance(50);
    await stage.drive(stage.client.subscribe(B));
    await stage.clock.advance(1_000);

    expect(heard).toEqual([A]);
  });

  test("a resource that is not acknowledged is a CapabilityError; others stay, and nothing is asked again", async () => {
    const stage = await connectTo(modern.on(LISTEN, ack([A])));
    const both = [watch(stage, stage.client.subscribe(A)), watch(stage, stage.client.subscribe(B))];
    await stage.clock.advance(60_000);

    expect(both).toMatchObject([{ state: "fulfilled" }, { error: { code: "CAPABILITY" } }]);
    expect(filters(stage).length).toBeLessThanOrEqual(2);
  });

  test("without an acknowledgement it rejects with a TimeoutError after `timeout`", async () => {
    const stage = await connectTo(modern.on(LISTEN, stall()), { timeout: 2_000 });
    const asked = watch(stage, stage.client.subscribe(A));
    await stage.clock.advance(2_500);

    expect(asked).toMatchObject({ at: 2_000, error: { code: "TIMEOUT" } });
  });

  test("a server that refuses is asked once, not for ever", async () => {
    const stage = await connectTo(changing(modern.on(LISTEN, fail(-32_601, "no"))));
    const warnings: unknown[] = [];
    stage.client.on("warning", (warning) => warnings.push(warning));
    stage.client.on("toolsChanged", () => undefined);
    await stage.clock.advance(600_000);

    expect(filters(stage)).toEqual([{ toolsListChanged: true }]);
    expect(warnings).toHaveLength(1);
    expect(await errorOf(stage.drive(stage.client.subscribe(A)))).toMatchObject({ code: "PROTOCOL" });
  });

  test.each([
    ["a graceful end", answer({})],
    ["an error", fail(-32_000, "restarting")],
  ])("after %s it is opened again, with growing waits", async (_, end: Step) => {
    const stage = await connectTo(modern.times(3, LISTEN, ack([A]), end).on(LISTEN, ack([A]), updated(A)));
    const heard: string[] = [];
    await stage.drive(stage.client.subscribe(A, ({ uri }) => heard.push(uri)));
    await stage.clock.advance(99);
    expect(filters(stage)).toHaveLength(1);
    await stage.clock.advance(1);
    expect(filters(stage)).toHaveLength(2);
    await stage.clock.advance(199);
    expect(filters(stage)).toHaveLength(2);
    await stage.clock.advance(60_000);

    expect(filters(stage)).toHaveLength(4);
    expect(heard).toEqual([A]);
  });

  test("M26 over a reconnect it is opened again, once", async () => {
    const stage = await connectTo(modern.on(LISTEN, ack([A]), updated(A)));
    const heard: string[] = [];
    await stage.drive(stage.client.subscribe(A, ({ uri }) => heard.push(uri)));
    for (const _ of [1, 2, 3]) {
      stage.server.kill();
      await stage.clock.advance(20_000);
    }

    expect(filters(stage)).toEqual(Array.from({ length: 4 }, () => ({ resourceSubscriptions: [A] })));
    expect(heard).toEqual([A, A, A, A]);
  });

  test("lists are asked for while somebody listens, where the server says that it tells of them", async () => {
    const stage = await connectTo(changing(modern));
    const stop = stage.client.on("promptsChanged", () => undefined);
    stage.client.on("resourcesChanged", () => undefined);
    await stage.clock.settle();
    stop();
    await stage.clock.settle();
    expect(filters(stage).at(-1)).toEqual({ resourcesListChanged: true });

    const mute = await connectTo(modern);
    mute.client.on("promptsChanged", () => undefined);
    await mute.clock.settle();
    expect(filters(mute)).toEqual([]);
  });

  test("the client itself hears of changed tools once it knows them, and lists them again", async () => {
    const changed = [ack([], { toolsListChanged: true }), wait(1_000), tell("notifications/tools/list_changed")];
    const stage = await connectTo(changing(modern.on(LISTEN, ...changed)));
    expect(filters(stage)).toEqual([]);
    await stage.drive(stage.client.listTools());
    await stage.clock.advance(2_000);

    expect(filters(stage)).toEqual([{ toolsListChanged: true }]);
    expect(received(stage, "tools/list")).toHaveLength(2);
  });

  test("closing the client ends it all, whoever waits", async () => {
    const stage = await connectTo(modern.on(LISTEN, stall()));
    const asked = watch(stage, stage.client.subscribe(A));
    await stage.clock.settle();
    await stage.drive(stage.client.close());

    expect(asked).toMatchObject({ error: { code: "CONNECTION_CLOSED" } });
    expect(stage.clock.timers).toBe(0);
  });
});
