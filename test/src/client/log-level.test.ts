import { describe, expect, test } from "vitest";
import { answer, fail, Script, say } from "../../../src/testing/index.js";
import { connectInMemory, errorOf, received } from "../../support/memory.js";

const METHOD = "logging/setLevel";
const KEY = "io.modelcontextprotocol/logLevel";
const script = new Script().on(METHOD, answer({})).tool("work", say("done"));
const modern = new Script({ era: "modern" }).tool("work", say("done"));

describe("M16 the log level", () => {
  test("is asked for in the legacy era, and again after a reconnect", async () => {
    const stage = await connectInMemory(script);
    await stage.drive(stage.client.setLogLevel("info"));
    await stage.drive(stage.client.setLogLevel("error"));
    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(received(stage, METHOD).map(({ params }) => params.level)).toEqual(["info", "error", "error"]);
  });

  test("that was refused is not asked for again", async () => {
    const stage = await connectInMemory(new Script().on(METHOD, fail(-32_602, "no")));
    expect(await errorOf(stage.drive(stage.client.setLogLevel("info")))).toMatchObject({ code: "PROTOCOL" });
    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(received(stage, METHOD)).toHaveLength(1);
  });

  test("that cannot be set again is a warning", async () => {
    const stage = await connectInMemory(new Script().once(METHOD, answer({})).on(METHOD, fail(-1, "no")));
    const warnings: unknown[] = [];
    stage.client.on("warning", (warning) => warnings.push(warning));
    await stage.drive(stage.client.setLogLevel("info"));
    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(warnings).toMatchObject([{ cause: { code: "PROTOCOL" } }]);
  });

  test("goes with every request in the modern era, and is no request", async () => {
    const stage = await connectInMemory(modern, { protocol: "modern" });
    await stage.drive(stage.client.callTool("work"));
    await stage.drive(stage.client.setLogLevel("debug"));
    await stage.drive(stage.client.callTool("work"));

    expect(received(stage, METHOD)).toEqual([]);
    const levels = received(stage, "tools/call").map(({ params }) => (params._meta as Record<string, unknown>)[KEY]);
    expect(levels).toEqual([undefined, "debug"]);
  });

  test("M19 in the modern era needs the capability as well", async () => {
    const bare = answer({ supportedVersions: ["2026-07-28"], capabilities: {}, ttlMs: 0, cacheScope: "private" });
    const stage = await connectInMemory(modern.on("server/discover", bare), { protocol: "modern" });

    expect(await errorOf(stage.drive(stage.client.setLogLevel("debug")))).toMatchObject({ capability: "logging" });
  });

  test("that there is not is an InvalidRequestError", async () => {
    const stage = await connectInMemory(script);

    expect(await errorOf(stage.client.setLogLevel("loud" as never))).toMatchObject({ code: "INVALID_REQUEST" });
    expect(received(stage, METHOD)).toEqual([]);
  });
});
