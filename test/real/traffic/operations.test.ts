import { answer, needInput, Script, say } from "caduceus/testing";
import { describe, expect, test } from "vitest";
import { methods } from "../../support/methods.js";
import { wires } from "../rows/rows.js";
import { over } from "../rows/stage.js";

const table = Object.values(methods);
const LEGACY_ONLY = ["ping", "logging/setLevel"];

/** Answers every method as a good server would. */
const answering = (era: "legacy" | "modern") =>
  table.reduce((script, { method, result }) => script.on(method, answer(result)), new Script({ era }));

describe.each(wires)("over %s", (wire) => {
  test.each(["legacy", "modern"] as const)("each method of the %s era costs one request", async (era) => {
    const { client, sent, http } = await over(wire, answering(era), { protocol: era });
    const before = sent.length;
    const own = table.filter(({ method }) => era === "legacy" || !LEGACY_ONLY.includes(method));

    for (const { call } of own) await call(client as never);

    const expected = own.map(({ method }) => method);
    expect(sent.slice(before).map(({ method }) => method)).toEqual(expected);
    if (http === undefined) return;
    const posts = http.received.flatMap(({ method, message }) => (method === "POST" ? [message?.method] : []));
    expect(posts.slice(before)).toEqual(expected);
  });

  test("in the modern era a ping costs one discover, and a log level nothing", async () => {
    const { client, sent } = await over(wire, answering("modern"), { protocol: "modern" });

    await client.setLogLevel("error");
    await client.ping();
    await client.discover();

    expect(sent.map(({ method }) => method)).toEqual(["server/discover", "server/discover", "server/discover"]);
  });

  test("a list costs one request for each of its pages", async () => {
    const page = (nextCursor?: string) => answer({ prompts: [{ name: `${nextCursor}` }], nextCursor });
    const script = new Script()
      .once("prompts/list", page("2"))
      .once("prompts/list", page("3"))
      .on("prompts/list", page());
    const { client, of } = await over(wire, script);

    expect((await client.listPrompts()).prompts).toHaveLength(3);

    expect(of("prompts/list").map(({ params }) => params?.cursor)).toEqual([undefined, "2", "3"]);
  });

  test("a result that is fresh costs nothing", async () => {
    const fresh = { prompts: [], ttlMs: 60_000, cacheScope: "private" };
    const { client, of } = await over(wire, new Script({ era: "modern" }).on("prompts/list", answer(fresh)));

    await client.listPrompts();
    await client.listPrompts();

    expect(of("prompts/list")).toHaveLength(1);
  });

  test("a round of input costs one request more", async () => {
    const script = new Script({ era: "modern" }).tool("work", needInput({ r: { method: "roots/list" } }), say("done"));
    const { client, sent } = await over(wire, script, { roots: [] });

    await client.callTool("work");

    expect(sent.map(({ method }) => method)).toEqual(["server/discover", "tools/call", "tools/call"]);
  });
});
