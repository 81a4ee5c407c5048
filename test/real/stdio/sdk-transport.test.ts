import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { connect } from "caduceus";
import { progress, Script, say, scriptedStdio } from "caduceus/testing";
import { expect, test } from "vitest";
import { children, isThere } from "../../support/children.js";

const { command, args = [] } = scriptedStdio(new Script().tool("work", progress(1), progress(2), say("done")));

test("M25 the SDK's stdio transport carries a client to a real process, over its death, and ends it", async () => {
  await using client = await connect(() => new StdioClientTransport({ command, args: [...args] }));
  const seen: number[] = [];

  const result = await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });
  expect(result).toMatchObject({ content: [{ text: "done" }] });
  expect(seen).toEqual([1, 2]);
  const lost = new Promise((resolve) => client.on("lost", resolve));
  children.at(-1)?.kill("SIGKILL");
  await lost;
  expect(await client.callTool("work")).toMatchObject({ content: [{ text: "done" }] });
  expect(client.stats.restarts.incarnations).toBe(2);
  await client.close();

  for (const { pid } of children) expect(isThere(Number(pid))).toBe(false);
});
