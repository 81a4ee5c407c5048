import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "caduceus";
import { answer, die, Script, scriptedStdio } from "caduceus/testing";
import { expect, onTestFinished, test } from "vitest";

/** One server the first time, another one from then on, as when a new version is installed meanwhile. */
function successively(first: Script, later: Script) {
  const folder = mkdtempSync(join(tmpdir(), "caduceus-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [before, after] = [first, later].map((script) => {
    const { command, args = [] } = scriptedStdio(script);
    return [command, ...args].map((part) => `'${part}'`).join(" ");
  });
  return {
    command: "sh",
    args: ["-c", `if mkdir '${folder}/begun' 2>&-; then exec ${before}; else exec ${after}; fi`],
  };
}

const tool = (type: string) => ({
  name: "weigh",
  inputSchema: { type: "object" },
  outputSchema: { type: "object", properties: { weight: { type } }, required: ["weight"] },
});
const weighed = (weight: unknown) => answer({ content: [], structuredContent: { weight } });

test("FAULTS `tools/list` different after a restart: the new list counts, and so do its schemas", async () => {
  const first = new Script()
    .tool("die", die())
    .on("tools/list", answer({ tools: [tool("string")] }))
    .on("tools/call", weighed("5 kg"));
  const second = new Script()
    .on("tools/list", answer({ tools: [tool("number")] }))
    .once("tools/call", weighed(5))
    .on("tools/call", weighed("5 kg"));
  await using client = await connect(successively(first, second), { backoff: { initial: 1 } });
  await client.listTools();
  expect(await client.callTool("weigh")).toMatchObject({ structuredContent: { weight: "5 kg" } });

  await client.callTool("die").catch(() => undefined);
  await client.ready();

  expect((await client.listTools()).tools[0]).toMatchObject(tool("number"));
  expect(await client.callTool("weigh")).toMatchObject({ structuredContent: { weight: 5 } });
  await expect(client.callTool("weigh")).rejects.toMatchObject({
    code: "INVALID_RESULT",
    cause: [{ path: "/weight", keyword: "type" }],
  });
});
