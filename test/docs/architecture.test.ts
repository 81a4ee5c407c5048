import { connect } from "caduceus";
import { drawTree } from "caduceus/actors";
import { Script, scriptedMemory, stall, testRuntime } from "caduceus/testing";
import { expect, test } from "vitest";
import { drawMachine, insertDrawing } from "../../scripts/draw-lifecycle.mjs";
import { lifecycle } from "../../src/connection/lifecycle.js";
import { codeBlocks, read } from "./pages.js";

const page = "docs/architecture.md";

test("the drawing of the lifecycle is the machine's; `npm run docs:draw` draws it again", () => {
  expect(read(page)).toBe(insertDrawing(read(page), drawMachine(lifecycle.config)));
});

test("a page without the drawing's markers is refused", () => {
  expect(() => insertDrawing("# A page", "stateDiagram-v2")).toThrow("Expected the page to have the markers");
});

test("the tree of a client is the one that is drawn", async () => {
  const { runtime } = testRuntime();
  const server = scriptedMemory(new Script().tool("work", stall()));
  const client = await connect(server.transport, { runtime, name: "files" });
  const call = client.callTool("work");
  await client.ping();

  const tree = drawTree(runtime.tree());

  // A server in memory has no pid to show.
  const drawn = codeBlocks(page).find(({ language }) => language === "text");
  expect(`${tree}\n`).toBe(drawn?.text.replace(" · pid 4711", ""));
  call.cancel();
  await client.close();
});
