import { describe, expect, test } from "vitest";
import { createOperation } from "../../../../src/index.js";
import { answer, fail, notify, Script, say, wait } from "../../../../src/testing/index.js";
import { connectInMemory, received, type Stage } from "../../../support/memory.js";

const READ = "resources/read";
const A = "file:///a";
const modern = new Script({ era: "modern" });
const contents = (text: string, ttlMs: number, cacheScope = "private") =>
  answer({ contents: [{ uri: A, text }], ttlMs, cacheScope });
const connectTo = (script: Script) => connectInMemory(script, { protocol: "modern" });
const count = (stage: Stage, method = READ) => received(stage, method).length;

describe("results that say how long they are fresh", () => {
  test("are shown again until then, and asked for afterwards", async () => {
    const stage = await connectTo(modern.on(READ, contents("a", 1_000)));
    const first = await stage.drive(stage.client.readResource(A));
    await stage.clock.advance(999);
    expect(await stage.drive(stage.client.readResource(A))).toEqual(first);
    expect(count(stage)).toBe(1);
    await stage.clock.advance(1);
    await stage.drive(stage.client.readResource(A));

    expect(count(stage)).toBe(2);
  });

  test("are copies: whoever changes one changes nobody else's", async () => {
    const stage = await connectTo(modern.on(READ, contents("a", 1_000)));
    const first = await stage.drive(stage.client.readResource(A));
    first.contents.length = 0;
    const second = await stage.drive(stage.client.readResource(A));
    second.contents.length = 0;

    expect((await stage.drive(stage.client.readResource(A))).contents).toHaveLength(1);
  });

  test.each([0, -5, "soon", null])("with %s are asked for each time", async (ttlMs) => {
    const stage = await connectTo(modern.on(READ, contents("a", ttlMs as number)));
    await stage.client.readResource(A).catch(() => undefined);
    await stage.client.readResource(A).catch(() => undefined);

    expect(count(stage)).toBe(2);
  });

  test("are asked for again after a day at the latest", async () => {
    const stage = await connectTo(modern.on(READ, contents("a", Number.MAX_SAFE_INTEGER)));
    await stage.drive(stage.client.readResource(A));
    await stage.clock.advance(86_400_000);
    await stage.drive(stage.client.readResource(A));

    expect(count(stage)).toBe(2);
  });

  test("are one for each resource, and none for what bypasses them", async () => {
    const stage = await connectTo(modern.on(READ, contents("a", 10_000)));
    await stage.drive(stage.client.readResource(A));
    await stage.drive(stage.client.readResource("file:///b"));
    expect(count(stage)).toBe(2);
    await stage.drive(stage.client.readResource(A, { fresh: true }));
    await stage.drive(stage.client.readResource(A, { meta: { trace: 1 } }));
    await stage.drive(stage.client.request(createOperation({ method: READ, params: { uri: A } })));

    expect(count(stage)).toBe(5);
  });

  test("private ones are shown to those with the same headers only, public ones to all", async () => {
    const ada = { headers: { authorization: "ada" } };
    const bob = { headers: { Authorization: "bob" } };
    const asked = async (scope: string) => {
      const stage = await connectTo(modern.on(READ, contents("a", 10_000, scope)));
      for (const options of [ada, ada, bob, {}]) await stage.drive(stage.client.readResource(A, options));
      return count(stage);
    };

    expect(await asked("private")).toBe(3);
    expect(await asked("public")).toBe(1);
    expect(await asked("whatever")).toBe(3);
  });

  test("of a list are kept page by page", async () => {
    const stage = await connectTo(
      modern
        .once(
          "prompts/list",
          answer({ prompts: [{ name: "a" }], nextCursor: "2", ttlMs: 10_000, cacheScope: "public" }),
        )
        .on("prompts/list", answer({ prompts: [{ name: "b" }], ttlMs: 100, cacheScope: "public" })),
    );
    await stage.drive(stage.client.listPrompts());
    await stage.clock.advance(500);
    const { prompts } = await stage.drive(stage.client.listPrompts());

    expect(prompts.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(received(stage, "prompts/list").map(({ params }) => params.cursor)).toEqual([undefined, "2", "2"]);
  });

  test("pages whose next cursor is refused are forgotten, and the list begins anew", async () => {
    const page = answer({ prompts: [{ name: "old" }], nextCursor: "2", ttlMs: 10_000, cacheScope: "public" });
    const stage = await connectTo(
      modern
        .once("prompts/list", page)
        .once("prompts/list", answer({ prompts: [], ttlMs: 0 }))
        .once("prompts/list", fail(-32_602, "no such cursor"))
        .on("prompts/list", answer({ prompts: [{ name: "new" }], ttlMs: 0 })),
    );
    await stage.drive(stage.client.listPrompts());

    expect((await stage.drive(stage.client.listPrompts())).prompts).toMatchObject([{ name: "new" }]);
    expect(count(stage, "prompts/list")).toBe(4);
  });

  test("become stale by the server's word", async () => {
    const stage = await connectTo(
      modern
        .on(READ, contents("a", 10_000))
        .tool("touch", notify("notifications/resources/updated", { uri: A }), say("done")),
    );
    await stage.drive(stage.client.readResource(A));
    await stage.drive(stage.client.readResource("file:///b"));
    await stage.drive(stage.client.callTool("touch"));
    await stage.drive(stage.client.readResource(A));
    await stage.drive(stage.client.readResource("file:///b"));

    expect(count(stage)).toBe(3);
  });

  test("that were on their way when they became stale are not kept", async () => {
    const stage = await connectTo(
      modern
        .on("prompts/list", wait(100), answer({ prompts: [], ttlMs: 10_000 }))
        .tool("touch", notify("notifications/prompts/list_changed"), say("x")),
    );
    const first = stage.client.listPrompts();
    await stage.drive(stage.client.callTool("touch"));
    await stage.drive(first);
    await stage.drive(stage.client.listPrompts());

    expect(count(stage, "prompts/list")).toBe(2);
  });

  test("are forgotten with the connection", async () => {
    const stage = await connectTo(modern.on(READ, contents("a", 1_000_000)));
    await stage.drive(stage.client.readResource(A));
    stage.server.kill();
    await stage.clock.advance(1_000);
    await stage.drive(stage.client.readResource(A));

    expect(count(stage)).toBe(2);
  });

  test("and that came of a round of input are not kept", async () => {
    const round = { resultType: "input_required", inputRequests: { key: { method: "roots/list" } }, requestState: "s" };
    const stage = await connectInMemory(modern.once(READ, answer(round)).on(READ, contents("a", 10_000)), {
      protocol: "modern",
      roots: [],
    });
    await stage.drive(stage.client.readResource(A));
    await stage.drive(stage.client.readResource(A));

    expect(count(stage)).toBe(3);
  });

  test("of the legacy era mean nothing", async () => {
    const stage = await connectInMemory(new Script().on(READ, contents("a", 10_000)));
    await stage.drive(stage.client.readResource(A));
    await stage.drive(stage.client.readResource(A));

    expect(count(stage)).toBe(2);
  });

  test("discover is one of them", async () => {
    const capabilities = { tools: {} };
    const discovered = { supportedVersions: ["2026-07-28"], capabilities, ttlMs: 10_000, cacheScope: "public" };
    const stage = await connectTo(modern.on("server/discover", answer(discovered)));
    const before = count(stage, "server/discover");
    const { capabilities: got } = await stage.drive(stage.client.discover());
    await stage.drive(stage.client.discover());

    expect(got).toEqual(capabilities);
    expect(count(stage, "server/discover") - before).toBe(1);
  });
});

test("a flood of different results stays bounded", async () => {
  const stage = await connectTo(modern.on(READ, contents("x", 10_000)));
  for (let n = 0; n < 300; n++) await stage.drive(stage.client.readResource(`file:///${n}`));
  await stage.drive(stage.client.readResource("file:///299"));
  await stage.drive(stage.client.readResource("file:///0"));

  expect(count(stage)).toBe(301);
});
