import { type ConnectOptions, connect } from "caduceus";
import { answer, die, progress, Script, type ScriptedHttpOptions, say, scriptedHttp } from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { wires } from "../rows/rows.js";
import { errorOf, over, textOf } from "../rows/stage.js";

const script = new Script().tool("work", progress(1), say("done")).on("prompts/list", answer({ prompts: [] }));

describe.each(wires)("over %s", (wire) => {
  test("a call whose server is lost with it goes out once, and a safe one as often as its attempts say", async () => {
    const killing = new Script().tool("fatal", die()).on("prompts/get", die());
    const { client, of } = await over(wire, killing);

    const unsafe = await errorOf(client.callTool("fatal"));
    const safe = await errorOf(client.getPrompt("p"));

    expect(of("tools/call")).toHaveLength((unsafe as { attempts: number }).attempts);
    expect(of("prompts/get")).toHaveLength((safe as { attempts: number }).attempts);
    expect([unsafe, safe]).toMatchObject([{ attempts: 1 }, { attempts: 3 }]);
  });

  test("what a restarted server has to know again is told once: level, subscriptions, and the tools are asked for", async () => {
    const knowing = script.on("logging/setLevel", answer({})).on("resources/subscribe", answer({}));
    const { client, sent, of, restart } = await over(wire, knowing, { protocol: "legacy" });
    await client.setLogLevel("error");
    await client.subscribe("file:///a");
    await client.subscribe("file:///a");
    await client.listTools();
    const before = sent.length;

    await restart();
    await client.callTool("work", {}, { retry: true });

    const again = sent.slice(before).flatMap(({ method }) => (method === "tools/call" ? [] : [method]));
    expect(again.sort()).toEqual(
      ["initialize", "logging/setLevel", "notifications/initialized", "resources/subscribe", "tools/list"].sort(),
    );
    expect(of("resources/subscribe")).toHaveLength(2);
  });
});

describe("over HTTP", () => {
  /** A client, and the methods that came to its server since it was connected. */
  async function connected(options: ScriptedHttpOptions = {}, more: ConnectOptions = {}) {
    const server = await scriptedHttp(script, { stream: false, ...options });
    onTestFinished(() => server.close());
    const client = await connect(server.entry, { protocol: "legacy", ...more });
    onTestFinished(() => client.close());
    await server.until(() => server.received.length >= 3);
    const before = server.received.length;
    const came = () => server.received.slice(before).map(({ method, message }) => message?.method ?? method);
    return { client, server, came };
  }

  test("a session that is gone costs one handshake, and each call one repeat", async () => {
    const { client, server, came } = await connected();
    server.forget();

    await client.callTool("work");
    await client.callTool("work");

    const posts = came().filter((method) => method !== "GET");
    expect(posts).toEqual(["tools/call", "initialize", "notifications/initialized", "tools/call", "tools/call"]);
  });

  test("a token that is refused costs each call one repeat", async () => {
    const { client, server, came } = await connected(
      {},
      { auth: { token: () => "secret", onUnauthorized: () => undefined } },
    );
    server.refuse("tools/call", { status: 401 });

    await client.callTool("work");

    expect(came()).toEqual(["tools/call", "tools/call"]);
  });

  test("a server that is busy gets a safe call as often as it says to wait, and then its answer", async () => {
    const { client, server, came } = await connected();
    server.refuse("prompts/list", { status: 503, headers: { "retry-after": "0" } }, 2);

    await client.listPrompts();

    expect(came()).toEqual(["prompts/list", "prompts/list", "prompts/list"]);
  });

  test("a response stream that is cut costs one GET", async () => {
    const { client, server, came } = await connected({ eventIds: true });
    server.cut("tools/call", 1);

    expect(textOf(await client.callTool("work"))).toBe("done");

    expect(came()).toEqual(["tools/call", "GET"]);
  });
});
