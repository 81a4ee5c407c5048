import { fileURLToPath } from "node:url";
import { connect } from "caduceus";
import { Script, say, scriptedStdio } from "caduceus/testing";
import { expect, test } from "vitest";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}.mjs`, import.meta.url));

test("FAULTS half a UTF-8 character: at the end of a write it is joined with its other half; one that is none is noise", async () => {
  await using client = await connect(
    { command: process.execPath, args: [fixture("odd-bytes")] },
    { protocol: "legacy" },
  );

  expect(await client.callTool("hello")).toMatchObject({ content: [{ text: "5 € and 😀" }] });
  expect(client.stats.messages.invalid).toBe(1);
});

test("FAULTS 32 MB line: twice the size takes about twice the time, and neighbours are answered", {
  retry: 3,
  timeout: 60_000,
}, async () => {
  const sized = (megabytes: number) => say("x".repeat(megabytes * 1_000_000));
  const script = new Script().tool("half", sized(16)).tool("whole", sized(32)).tool("hello", say("hello"));
  await using client = await connect(scriptedStdio(script));
  const time = async (tool: string) => {
    const begun = performance.now();
    const { content } = await client.callTool(tool);
    expect(content).toMatchObject([{ type: "text" }]);
    return performance.now() - begun;
  };
  await time("half");

  const half = Math.min(await time("half"), await time("half"));
  const [whole] = await Promise.all([time("whole"), client.callTool("hello")]);

  expect(whole / half).toBeLessThan(3.5);
});

test("FAULTS stderr flood: drained always, last lines kept", async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => ({
    do: "log" as const,
    line: `line ${index} ${"x".repeat(200)}`,
  }));
  const script = new Script().tool("shout", ...lines, say("done")).tool("die", { do: "die", code: 9 });
  await using client = await connect(scriptedStdio(script));

  expect(await client.callTool("shout")).toMatchObject({ content: [{ text: "done" }] });
  const error = (await client.callTool("die").catch((reason: unknown) => reason)) as { stderr: readonly string[] };

  expect(error).toMatchObject({ code: "CONNECTION_LOST", exitCode: 9 });
  expect(error.stderr).toHaveLength(50);
  expect(error.stderr.at(-1)).toMatch(/^line 19999 /);
});
