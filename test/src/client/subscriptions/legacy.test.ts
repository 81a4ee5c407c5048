import { describe, expect, test } from "vitest";
import { answer, fail, notify, Script, say, stall, wait } from "../../../../src/testing/index.js";
import { connectInMemory, errorOf, received, type Stage, watch, welcome } from "../../../support/memory.js";

const A = "file:///a";
const B = "file:///b";
const updated = (uri: string) => notify("notifications/resources/updated", { uri });
const script = new Script()
  .on("resources/subscribe", answer({}))
  .on("resources/unsubscribe", answer({}))
  .tool("touch", updated(A), updated(B), updated(`${A}/part`), updated(`${A}bc`), say("done"));

const uris = (stage: Stage, method: string) => received(stage, method).map(({ params }) => params.uri);
const subscribed = (stage: Stage) => uris(stage, "resources/subscribe");
const unsubscribed = (stage: Stage) => uris(stage, "resources/unsubscribe");

describe("M17 subscribe in the legacy era", () => {
  test("resolves when the server has accepted, and hears of the resource and its parts", async () => {
    const stage = await connectInMemory(
      new Script().once("resources/subscribe", wait(500), answer({})).on("x", stall()),
    );
    const heard: string[] = [];
    const asked = watch(
      stage,
      stage.client.subscribe(A, ({ uri }) => heard.push(uri)),
    );
    await stage.clock.advance(499);
    expect(asked.state).toBe("pending");
    await stage.clock.advance(1);
    expect(asked).toMatchObject({ state: "fulfilled", value: { uri: A } });

    const other = await connectInMemory(script);
    await other.drive(other.client.subscribe(A, ({ uri }) => heard.push(uri)));
    await other.drive(other.client.callTool("touch"));
    expect(heard).toEqual([A, `${A}/part`]);
  });

  test("several to one resource are one on the wire, until the last one is closed", async () => {
    const stage = await connectInMemory(script);
    const heard: string[] = [];
    const listen = (name: string) => stage.client.subscribe(A, () => heard.push(name));
    const [one, two] = await stage.drive(Promise.all([listen("one"), listen("two")]));
    const three = await stage.drive(listen("three"));
    expect(subscribed(stage)).toEqual([A]);

    await stage.drive(one.close());
    await stage.drive(one.close());
    await stage.drive(stage.client.callTool("touch"));
    expect(heard).toEqual(["two", "three", "two", "three"]);
    expect(unsubscribed(stage)).toEqual([]);

    await stage.drive(two[Symbol.asyncDispose]());
    await stage.drive(three.close());
    expect(unsubscribed(stage)).toEqual([A]);
  });

  test("a handler that is closed hears nothing more, whatever waits for it", async () => {
    const stage = await connectInMemory(script);
    const heard: string[] = [];
    const subscription = await stage.drive(
      stage.client.subscribe(A, ({ uri }) => {
        heard.push(uri);
        void subscription.close();
      }),
    );
    await stage.drive(stage.client.callTool("touch"));

    expect(heard).toEqual([A]);
  });

  test("a handler may call the client back", async () => {
    const stage = await connectInMemory(script);
    const answers: unknown[] = [];
    await stage.drive(stage.client.subscribe(B, async () => answers.push(await stage.client.ping())));
    await stage.drive(stage.client.callTool("touch"));
    await stage.clock.settle();

    expect(answers).toEqual([{}]);
  });

  test("a refusal rejects everybody who waits, and the next one asks again", async () => {
    const stage = await connectInMemory(
      new Script()
        .once("resources/subscribe", wait(10), fail(-32_002, "no such resource"))
        .on("resources/subscribe", answer({})),
    );
    const both = [watch(stage, stage.client.subscribe(A)), watch(stage, stage.client.subscribe(A))];
    await stage.clock.advance(10);

    expect(both).toMatchObject([{ error: { code: "PROTOCOL" } }, { error: { code: "PROTOCOL" } }]);
    expect((await stage.drive(stage.client.subscribe(A))).uri).toBe(A);
    expect(subscribed(stage)).toEqual([A, A]);
  });

  test("M19 without the capability it is a CapabilityError, and nothing on the wire", async () => {
    const stage = await connectInMemory(script.on("initialize", welcome({ resources: {} })));
    const error = await errorOf(stage.drive(stage.client.subscribe(A)));

    expect(error).toMatchObject({ code: "CAPABILITY", capability: "resources.subscribe" });
    expect(subscribed(stage)).toEqual([]);
  });

  test("subscribe after close waits until the server has been told of the close", async () => {
    const slow = new Script().on("resources/subscribe", answer({})).on("resources/unsubscribe", wait(100), answer({}));
    const stage = await connectInMemory(slow);
    const first = await stage.drive(stage.client.subscribe(A));
    void first.close();
    const second = watch(stage, stage.client.subscribe(A));
    await stage.clock.advance(99);
    expect(subscribed(stage)).toEqual([A]);
    await stage.clock.advance(1);

    expect(second.state).toBe("fulfilled");
    expect(stage.server.received.slice(-2).map(({ method }) => method)).toEqual([
      "resources/unsubscribe",
      "resources/subscribe",
    ]);
  });

  test("M26 over a reconnect what is subscribed to is subscribed to again, and what was closed is not", async () => {
    const stage = await connectInMemory(script);
    const heard: string[] = [];
    await stage.drive(stage.client.subscribe(A, ({ uri }) => heard.push(uri)));
    const closed = await stage.drive(stage.client.subscribe(B));
    stage.server.kill();
    await stage.clock.settle();
    await stage.drive(closed.close());
    await stage.clock.advance(1_000);
    await stage.drive(stage.client.callTool("touch"));

    expect(subscribed(stage)).toEqual([A, B, A]);
    expect(unsubscribed(stage)).toEqual([]);
    expect(heard[0]).toBe(A);
  });

  test("a resource that cannot be subscribed to again is a warning", async () => {
    const stage = await connectInMemory(
      new Script().once("resources/subscribe", answer({})).on("resources/subscribe", fail(-1, "not any more")),
    );
    const warnings: unknown[] = [];
    stage.client.on("warning", (warning) => warnings.push(warning));
    await stage.drive(stage.client.subscribe(A));
    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(warnings).toMatchObject([{ cause: { code: "PROTOCOL" } }]);
  });

  test("of a client that is closed: subscribe rejects, and close resolves", async () => {
    const stage = await connectInMemory(script);
    const subscription = await stage.drive(stage.client.subscribe(A));
    await stage.drive(stage.client.close());

    await subscription.close();
    expect(await errorOf(stage.client.subscribe(B))).toMatchObject({ code: "CONNECTION_CLOSED" });
    expect(await errorOf(stage.client.subscribe(""))).toMatchObject({ code: "INVALID_REQUEST" });
  });
});
