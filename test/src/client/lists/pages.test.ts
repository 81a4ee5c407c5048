import { describe, expect, test } from "vitest";
import { walkPages } from "../../../../src/client/lists/pages.js";
import { InvalidResultError } from "../../../../src/index.js";
import { answer, Script, wait } from "../../../../src/testing/index.js";
import { connectInMemory, errorOf, received, watch } from "../../../support/memory.js";

interface Page {
  readonly items: unknown[];
  readonly nextCursor?: string | undefined;
  readonly extra?: unknown;
}

/** Pages by cursor; the first is under "". */
const pagesFrom =
  (pages: Record<string, Page>, asked: (string | undefined)[] = []) =>
  async (cursor: string | undefined) => {
    asked.push(cursor);
    const page = pages[cursor ?? ""];
    if (page === undefined) throw new Error("no such page");
    return page;
  };

describe("walkPages", () => {
  test("joins all pages in their order, without a cursor left", async () => {
    const asked: (string | undefined)[] = [];
    const pages = { "": { items: [1, 2], nextCursor: "b" }, b: { items: [], nextCursor: "c" }, c: { items: [3] } };

    expect(await walkPages<Page>("m", undefined, pagesFrom(pages, asked))).toEqual({ items: [1, 2, 3] });
    expect(asked).toEqual([undefined, "b", "c"]);
  });

  test("with a cursor asks for that page alone, which keeps its own", async () => {
    const pages = { b: { items: [2], nextCursor: "c" } };

    expect(await walkPages<Page>("m", "b", pagesFrom(pages))).toEqual({ items: [2], nextCursor: "c" });
  });

  test("an empty cursor is a cursor, given or got", async () => {
    const pages = { "": { items: [1], nextCursor: "" } };

    expect(await walkPages<Page>("m", "", pagesFrom(pages))).toEqual({ items: [1], nextCursor: "" });
    const error = await errorOf(walkPages<Page>("m", undefined, pagesFrom(pages)));
    expect(error).toBeInstanceOf(InvalidResultError);
  });

  test("what is no list is taken from the first page", async () => {
    const pages = { "": { items: [1], nextCursor: "b", extra: "first" }, b: { items: [2], extra: "second" } };

    expect(await walkPages<Page>("m", undefined, pagesFrom(pages))).toEqual({ items: [1, 2], extra: "first" });
  });

  test("a cursor that comes twice is an error that keeps what was read", async () => {
    const pages = { "": { items: [1], nextCursor: "b" }, b: { items: [2], nextCursor: "b" } };

    const error = await errorOf(walkPages<Page>("tools/list", undefined, pagesFrom(pages)));

    expect(error).toMatchObject({
      code: "INVALID_RESULT",
      result: { items: [1, 2] },
      cause: new Error("The server gave the same cursor twice"),
    });
  });

  test("over 1,000 pages is an error", async () => {
    let count = 0;
    const error = await errorOf(
      walkPages<Page>("tools/list", undefined, async () => ({ items: [], nextCursor: String(count++) })),
    );

    expect(error).toMatchObject({ code: "INVALID_RESULT", cause: new Error("The server has over 1000 pages") });
    expect(count).toBeLessThanOrEqual(1_002);
  });

  test("what a page rejects with is the error", async () => {
    const pages = { "": { items: [1], nextCursor: "missing" } };

    expect(await errorOf(walkPages<Page>("m", undefined, pagesFrom(pages)))).toEqual(new Error("no such page"));
  });

  test("keys like `__proto__` pollute nothing", async () => {
    const poison = JSON.parse('{"items":[1],"nextCursor":"b","__proto__":{"items":["x"]}}') as Page;
    const more = JSON.parse('{"items":[2],"__proto__":["y"],"constructor":["z"]}') as Page;

    await walkPages<Page>("m", undefined, pagesFrom({ "": poison, b: more }));

    expect(Object.keys(Object.prototype)).toEqual([]);
    expect([].constructor).toBe(Array);
  });

  test("100,000 items of one page are joined without growing the stack", async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => index);
    const pages = { "": { items: [], nextCursor: "b" }, b: { items: many } };

    expect((await walkPages<Page>("m", undefined, pagesFrom(pages))).items).toHaveLength(100_000);
  });
});

describe("listTools", () => {
  const tool = (name: string) => ({ name, inputSchema: { type: "object" as const } });

  test("M2 walks every page with the caller's token, meta and limits", async () => {
    const stage = await connectInMemory(
      new Script()
        .once("tools/list", answer({ tools: [tool("a")], nextCursor: "next" }))
        .on("tools/list", answer({ tools: [tool("b")] })),
    );

    const call = stage.client.listTools({ progress: { token: "own" }, meta: { trace: 1 } });
    expect((await stage.drive(call)).tools.map(({ name }) => name)).toEqual(["a", "b"]);

    expect(received(stage, "tools/list").map(({ params }) => params)).toEqual([
      { _meta: { trace: 1, progressToken: "own" } },
      { cursor: "next", _meta: { trace: 1, progressToken: "own" } },
    ]);
  });

  test("M2 with a cursor gives that page and its `nextCursor`", async () => {
    const stage = await connectInMemory(new Script().on("tools/list", answer({ tools: [tool("b")], nextCursor: "c" })));

    const page = await stage.drive(stage.client.listTools({ cursor: "b" }));

    expect(page).toMatchObject({ tools: [{ name: "b" }], nextCursor: "c" });
    expect(received(stage, "tools/list")).toHaveLength(1);
  });

  test("M8 `maxTimeout` is for all pages together, `timeout` for each", async () => {
    let script = new Script();
    for (let n = 0; n < 10; n++)
      script = script.once("tools/list", wait(400), answer({ tools: [], nextCursor: `${n}` }));
    const stage = await connectInMemory(script);

    const limited = watch(stage, stage.client.listTools({ timeout: 500, maxTimeout: 1_000 }));
    await stage.clock.advance(5_000);

    expect(limited).toMatchObject({ at: 1_000, error: { code: "TIMEOUT", limit: "maxTimeout", after: 1_000 } });
    expect(received(stage, "tools/list")).toHaveLength(3);
  });

  test("a server that repeats its cursor ends the walk with an error", async () => {
    const stage = await connectInMemory(new Script().on("tools/list", answer({ tools: [], nextCursor: "again" })));

    const call = watch(stage, stage.client.listTools());
    await stage.clock.settle();

    expect(call.error).toMatchObject({ code: "INVALID_RESULT" });
    expect(received(stage, "tools/list")).toHaveLength(2);
  });

  test("a server without end is left after 1,000 pages", async () => {
    let script = new Script();
    for (let n = 0; n < 1_100; n++) script = script.once("tools/list", answer({ tools: [], nextCursor: `${n}` }));
    const stage = await connectInMemory(script);

    const call = watch(stage, stage.client.listTools());
    await stage.clock.settle();

    expect(call.error).toMatchObject({ code: "INVALID_RESULT" });
    expect(received(stage, "tools/list").length).toBeLessThanOrEqual(1_001);
  });
});
