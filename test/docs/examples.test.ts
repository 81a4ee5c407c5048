import { connect } from "caduceus";
import { answer, die, fail, Script, say, scriptedMemory, testRuntime } from "caduceus/testing";
import { expect, test } from "vitest";
import { explain } from "../../docs/examples/explain.js";
import { codeBlocks } from "./pages.js";
import { printed } from "./printed.js";

test("supervised.ts prints what README.md shows", async () => {
  const shown = codeBlocks("README.md").find(({ language }) => language === "text");

  expect(await printed("supervised")).toEqual(shown?.text.trimEnd().split("\n"));
});

test("counter.ts counts, crashes and counts again", async () => {
  expect(await printed("counter")).toEqual(["42", "1", "low crashed: Error: Out of numbers", "1 1006"]);
});

test("explain.ts says what came of a call", async () => {
  const { runtime, clock } = testRuntime();
  const script = new Script()
    .tool("fine", say("done"))
    .tool("wrong", answer({ content: [], isError: true }))
    .tool("forbidden", fail(-32_000, "not you"))
    .tool("fatal", die());
  const client = await connect(scriptedMemory(script).transport, { runtime });

  expect(await explain(client, "fine")).toBe("Done.");
  expect(await explain(client, "wrong")).toBe("The tool ran and reports an error of its own.");
  expect(await explain(client, "forbidden")).toBe("The server refused.");
  expect(await explain(client, "fatal")).toBe("It may have run: look before you repeat it.");
  await client.close();
  expect(await explain(client, "fine")).toBe("The client was closed");
  expect(clock.timers).toBe(0);
});

test("over-http.ts calls with headers, and with a token that is renewed", async () => {
  expect(await printed("over-http")).toEqual([
    "{ content: [ { type: 'text', text: 'hello' } ] }",
    "[ undefined, 'Bearer first', 'Bearer second' ]",
  ]);
});

test("forgetful-server.ts is answered in a second session", async () => {
  expect(await printed("forgetful-server")).toEqual([
    "{ content: [ { type: 'text', text: 'hello' } ] }",
    "sessions: 2",
  ]);
});
