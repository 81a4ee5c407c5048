import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CapabilityError, connect, type Server } from "caduceus";
import { answer, Script, type Step, say, scriptedStdio, wait } from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { children } from "../../support/children.js";
import { type Wire, wires } from "./rows.js";
import { errorOf, over, serve, textOf } from "./stage.js";

const welcome = (capabilities: object, more: object = {}): Step =>
  answer({ protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "it", version: "1.2.3" }, ...more });

/** A server whose first life, or session, is another than all later ones; and how to end the first. */
async function twoLives(wire: Wire, first: Step, later: Step): Promise<{ entry: Server; end(): void }> {
  if (wire === "http") {
    const { entry, http } = await serve(wire, new Script().once("initialize", first).on("initialize", later));
    return { entry, end: () => http?.forget() };
  }
  const folder = mkdtempSync(join(tmpdir(), "lives-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [one, two] = [first, later].map((step) => scriptedStdio(new Script().on("initialize", step)));
  const choose = 'if mkdir "$0" 2>/dev/null; then exec "$1" "$2" "$3"; else exec "$1" "$2" "$4"; fi';
  const args = [join(folder, "lived"), process.execPath, ...(one?.args ?? []), two?.args?.[1] ?? ""];
  return {
    entry: { command: "sh", args: ["-c", choose, ...args] },
    end: () => void children.at(-1)?.kill("SIGKILL"),
  };
}

describe.each(wires)("over %s", (wire) => {
  test("M19 what the server has not declared is refused here, and nothing goes out", async () => {
    const { client, sent } = await over(wire, new Script().on("initialize", welcome({})), { protocol: "legacy" });
    const before = sent.length;

    const calls = [
      client.listTools(),
      client.callTool("t"),
      client.listResources(),
      client.readResource("file:///a"),
      client.subscribe("file:///a"),
      client.listPrompts(),
      client.complete({ type: "ref/prompt", name: "p" }, { name: "a", value: "" }),
      client.setLogLevel("info"),
    ];
    for (const error of await Promise.all(calls.map((call: PromiseLike<unknown>) => errorOf(call)))) {
      expect(error).toBeInstanceOf(CapabilityError);
      expect(error).toMatchObject({ code: "CAPABILITY", outcome: "not_sent" });
    }

    expect(sent).toHaveLength(before);
  });

  test("M19 capabilities are those of the server of now: they are looked at again after a restart", async () => {
    const { entry, end } = await twoLives(wire, welcome({ tools: {} }), welcome({ prompts: {} }));
    const client = await connect(entry, { protocol: "legacy", backoff: { initial: 20 } });
    onTestFinished(() => client.close());
    expect((await client.listTools()).tools).toEqual([]);

    end();

    expect(await errorOf(client.listTools())).toMatchObject({ code: "CAPABILITY", capability: "tools" });
    expect(client.server?.capabilities).toEqual({ prompts: {} });
  });

  test("M20 whoever waits for a client is told when it is ready, or when it took too long", async () => {
    const { entry } = await serve(wire, new Script().on("initialize", wait(400), welcome({ tools: {} })));
    const client = await connect(entry, { lazy: true, protocol: "legacy" });
    onTestFinished(() => client.close());
    const impatient = errorOf(client.ready({ timeout: 50 }));
    const patient = Promise.all(Array.from({ length: 50 }, () => client.ready({ timeout: 20_000 })));

    expect(await impatient).toMatchObject({ code: "TIMEOUT", after: 50 });
    expect(client.state).toBe("starting");
    await patient;
    expect(client.state).toBe("ready");
  });

  test("M20 whoever waits for a client that never becomes ready gets the cause", async () => {
    const { entry } = await serve(
      wire,
      new Script().on("initialize", { do: "fail", code: -32_001, message: "not you" }),
    );
    const client = await connect(entry, { lazy: true, protocol: "legacy", downAfter: 2_000, backoff: { initial: 20 } });
    onTestFinished(() => client.close());

    const waiting = Array.from({ length: 5 }, () => errorOf(client.ping()));

    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: "CONNECTION_LOST", cause: { code: "PROTOCOL", rpcCode: -32_001 } });
    }
  });

  test("M20 name, version, instructions, capabilities, revision and era are readable", async () => {
    const told = { instructions: "Be kind", protocolVersion: "2025-06-18" };
    const { client } = await over(wire, new Script().on("initialize", welcome({ tools: {} }, told)));

    expect(client.server).toMatchObject({
      name: "it",
      version: "1.2.3",
      instructions: "Be kind",
      capabilities: { tools: {} },
      protocolVersion: "2025-06-18",
      era: "legacy",
    });
  });

  test("M21 a revision that nobody knows is an error that names both sides' revisions", async () => {
    const { entry } = await serve(wire, new Script().on("initialize", welcome({}, { protocolVersion: "1999-01-01" })));

    const error = await errorOf(connect(entry));

    expect(error).toMatchObject({ code: "CONNECTION_LOST" });
    expect(String(error)).toMatch(/2025-11-25.*1999-01-01/);
  });

  test("M21 answers belong to their requests by id alone, whatever is in them, and in whatever order they come", async () => {
    const odd = {
      content: [],
      serverInfo: { name: "x", version: "1" },
      protocolVersion: "1999-01-01",
      capabilities: {},
    };
    const script = new Script()
      .tool("odd", answer(odd))
      .tool("slow", wait(200), say("slow"))
      .tool("quick", say("quick"));
    const { client, sent } = await over(wire, script);
    const order: unknown[] = [];

    const calls = ["slow", "odd", "quick"].map(async (name) => {
      const result = await client.callTool(name);
      order.push(textOf(result));
      return result;
    });

    expect((await Promise.all(calls))[1]).toMatchObject(odd);
    expect(order.at(-1)).toBe("slow");
    expect(client.server?.protocolVersion).toBe("2025-11-25");
    const ids = sent.flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
