import { format } from "node:util";
import { answer, ask, echo, notify, Script, say, scriptedMemory } from "caduceus/testing";
import { expect, test, vi } from "vitest";
import { connectFor, type Host, openProject } from "../../docs/examples/host.js";
import * as methods from "../../docs/examples/methods.js";
import { Client } from "../../src/client/client.js";
import { replies } from "../support/host.js";
import { connectInMemory, received } from "../support/memory.js";
import { names, table } from "./pages.js";

const resource = (name: string) => ({ uri: `file:///${name}`, name });
const script = new Script()
  .tool("weather", answer({ content: [], structuredContent: { degrees: 21 } }))
  .tool("touch", notify("notifications/resources/updated", { uri: "file:///notes.txt" }), say("touched"))
  .tool("speak", notify("notifications/message", { level: "error", logger: "db", data: "full" }), say("spoken"))
  .tool("change", notify("notifications/tools/list_changed"), notify("notifications/prompts/list_changed"), say("x"))
  .once("resources/list", answer({ resources: [resource("a")], nextCursor: "2" }))
  .once("resources/list", answer({ resources: [resource("b")] }))
  .on("resources/list", answer({ resources: [resource("c")] }))
  .on("resources/templates/list", answer({ resourceTemplates: [] }))
  .on("resources/read", answer({ contents: [{ uri: "file:///notes.txt", text: "buy milk" }] }))
  .on("resources/subscribe", answer({}))
  .on("resources/unsubscribe", answer({}))
  .on("prompts/list", answer({ prompts: [{ name: "travel" }] }))
  .on("prompts/get", answer({ messages: [{ role: "user", content: { type: "text", text: "Go" } }] }))
  .on("completion/complete", answer({ completion: { values: ["Paris"] } }))
  .on("logging/setLevel", answer({}));

/** The lines printed from now on. */
function printedLines(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...parts) => void lines.push(format(...parts)));
  return lines;
}

test("docs/client.md has every method of the client, and no other", () => {
  const rows = names(table("docs/client.md", "method", "asks for", "in the specification"));
  const asking = rows.map((row) => row.replace(/\(.*/, ""));
  const others = ["onProgress", "cancelAll", "setRoots", "addRoot", "removeRoot", "on", "ready", "close"];
  const own = Object.entries(Object.getOwnPropertyDescriptors(Client.prototype))
    .filter(([name, { value }]) => typeof value === "function" && name !== "constructor")
    .map(([name]) => name);

  expect([...asking, ...others].sort()).toEqual(own.sort());
});

test("methods.ts calls, lists and reads", async () => {
  const stage = await connectInMemory(script);
  const lines = printedLines();
  await stage.drive(methods.look(stage.client));

  expect(lines).toEqual([
    "[ 'weather', 'touch', 'speak', 'change' ]",
    "{ degrees: 21 }",
    "2 0",
    "[ 'file:///notes.txt' ]",
    "1 1",
    "[ 'Paris' ]",
  ]);
  expect(await stage.drive(methods.pageByPage(stage.client))).toBe(1);
  expect(await stage.drive(methods.now(stage.client))).toBe("buy milk");
});

test("methods.ts asks a server of 2026-07-28 what it speaks", async () => {
  const stage = await connectInMemory(new Script({ era: "modern" }), { protocol: "modern" });

  expect(await stage.drive(methods.versions(stage.client))).toEqual(["2026-07-28"]);
});

test("methods.ts follows a resource, hears logs and changes, and takes its time to close", async () => {
  const stage = await connectInMemory(script);
  const lines = printedLines();
  const touched = new Promise<void>((resolve) => stage.clock.setTimer(100, resolve));
  const followed = methods.follow(stage.client, "file:///notes.txt", touched);
  await stage.clock.settle();
  await stage.drive(stage.client.callTool("touch"));
  await stage.drive(followed);
  await stage.drive(methods.logs(stage.client));
  methods.changes(stage.client);
  await stage.drive(stage.client.callTool("speak"));
  await stage.drive(stage.client.callTool("change"));
  await stage.clock.advance(200);
  await stage.drive(methods.finish(stage.client));

  expect(lines.sort()).toEqual([
    "4 tools",
    "error db full",
    "now it is [ { uri: 'file:///notes.txt', text: 'buy milk' } ]",
    "prompts",
  ]);
  expect(received(stage, "resources/unsubscribe")).toHaveLength(1);
});

test("host.ts answers what a server asks", async () => {
  const form = { message: "Who?", requestedSchema: { type: "object", properties: { name: { type: "string" } } } };
  const url = { mode: "url", message: "Sign in", url: "https://example.org", elicitationId: "1" };
  const sampling = { messages: [{ role: "user", content: { type: "text", text: "?" } }], maxTokens: 5 };
  const server = scriptedMemory(
    new Script().tool(
      "ask",
      ask("roots/list"),
      ask("elicitation/create", form),
      ask("elicitation/create", url),
      ask("sampling/createMessage", sampling),
      ask("sampling/createMessage", sampling),
      echo(),
    ),
  );
  const completions = ["4", undefined];
  const host: Host = { ask: async () => "Ada", open: async () => false, complete: async () => completions.shift() };
  const client = await connectFor(host, server.transport);
  await client.callTool("ask");
  openProject(client, "file:///other");
  await client.callTool("ask");
  await client.close();

  const [roots, named, declined, sampled, rejected, otherRoots] = replies({ server });
  expect(roots?.result).toEqual({ roots: [{ uri: "file:///home/ada/project", name: "project" }] });
  expect(named?.result).toEqual({ action: "accept", content: { name: "Ada" } });
  expect(declined?.result).toEqual({ action: "decline" });
  expect(sampled?.result).toMatchObject({ content: { text: "4" } });
  expect(rejected?.error?.code).toBe(-1);
  expect(otherRoots?.result).toEqual({ roots: [{ uri: "file:///other" }] });
});
