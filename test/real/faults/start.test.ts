import { fileURLToPath } from "node:url";
import { ConnectionLostError, connect, ProtocolError, TimeoutError } from "caduceus";
import { answer, die, fail, log, raw, Script, say, scriptedStdio, stall } from "caduceus/testing";
import { afterEach, expect, test } from "vitest";
import { children, isThere } from "../../support/children.js";

/** What `connect` was rejected with. */
async function refusal(connecting: Promise<unknown>): Promise<unknown> {
  return await connecting.then(
    () => undefined,
    (error: unknown) => error,
  );
}

afterEach(() => {
  for (const { pid } of children) if (pid !== undefined) expect(isThere(-pid)).toBe(false);
});

test("FAULTS missing binary: connect rejects with the cause", async () => {
  const error = await refusal(connect({ command: "no-such-program-anywhere" }));

  expect(error).toBeInstanceOf(ConnectionLostError);
  expect(error).toMatchObject({ outcome: "not_sent", attempts: 0, cause: { code: "ENOENT" } });
});

test("FAULTS bad cwd: connect rejects with the cause", async () => {
  const error = await refusal(connect({ ...scriptedStdio(new Script()), cwd: "/no/such/folder" }));

  expect(error).toMatchObject({ code: "CONNECTION_LOST", cause: { code: "ENOENT" } });
});

test("a command line the system does not take: connect rejects with the cause, and nothing crashes", async () => {
  const error = await refusal(connect({ command: process.execPath, args: ["x".repeat(4_000_000)] }));

  expect(error).toMatchObject({ code: "CONNECTION_LOST", cause: { code: "E2BIG" } });
});

test("FAULTS exits at once: connect rejects with exit code and stderr", async () => {
  const script = new Script().on("initialize", log("no licence"), die({ code: 3 }));

  const error = await refusal(connect(scriptedStdio(script)));

  expect(error).toMatchObject({ code: "CONNECTION_LOST", exitCode: 3, signal: null, stderr: ["no licence"] });
});

test("a server that refuses the handshake: connect rejects with its error", async () => {
  const script = new Script().on("initialize", fail(-32000, "come back\u0007 tomorrow", { day: "Monday" }));

  const error = await refusal(connect(scriptedStdio(script)));

  expect(error).toBeInstanceOf(ProtocolError);
  expect(error).toMatchObject({ rpcCode: -32000, data: { day: "Monday" } });
  expect((error as Error).message).toContain("come back tomorrow");
});

test("a server that wants an unknown revision: connect says which ones would do", async () => {
  const error = await refusal(connect(scriptedStdio(new Script({ protocolVersion: "1999-01-01" }))));

  expect(error).toMatchObject({ code: "CONNECTION_LOST" });
  expect((error as Error).message).toMatch(/2025-11-25.*1999-01-01/);
});

test("a server whose answer to initialize has no shape: connect says so", async () => {
  const error = await refusal(connect(scriptedStdio(new Script().on("initialize", answer({ hello: "world" })))));

  expect(error).toMatchObject({ code: "CONNECTION_LOST", cause: { name: "ZodError" } });
});

test("FAULTS never answers initialize: connect gives up after startTimeout", async () => {
  const error = await refusal(connect(scriptedStdio(new Script().on("initialize", stall())), { startTimeout: 300 }));

  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ limit: "startTimeout", after: 300 });
});

test("aborting the signal while connect waits leaves nothing running", async () => {
  const abort = new AbortController();
  const connecting = connect(
    scriptedStdio(new Script().on("initialize", log("asked"), stall()), { stderr: () => abort.abort("enough") }),
    {
      signal: abort.signal,
    },
  );

  expect(await refusal(connecting)).toMatchObject({ code: "CANCELLED", cause: "enough" });
});

test("FAULTS answers garbage · banner on stdout · BOM · CRLF · blank lines · batch array: no harm", async () => {
  const script = new Script()
    .on("initialize", raw("Welcome!\n\n\r\n"), raw('{"half":\n[1,2\n'), {
      do: "answer",
      result: { protocolVersion: "2025-03-26", capabilities: { tools: {} }, serverInfo: { name: "odd", version: "1" } },
    })
    .tool(
      "hello",
      raw('\uFEFF[{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}},'),
      raw("7]\r\n"),
      say("hello"),
    );
  await using client = await connect(scriptedStdio(script));

  expect(await client.callTool("hello")).toMatchObject({ content: [{ text: "hello" }] });
  expect(client.stats.messages.invalid).toBe(4);
});

test("FAULTS legacy server that ignores unknown requests: it is greeted within the probe's own limit, in the one process there is", async () => {
  const puppet = fileURLToPath(new URL("../fixtures/puppet.mjs", import.meta.url));
  const before = children.length;

  await using client = await connect(
    { command: process.execPath, args: [puppet] },
    { protocol: "auto", startTimeout: 2_000 },
  );

  expect(await client.callTool("hello")).toMatchObject({ content: [{ text: "hello" }] });
  expect(children).toHaveLength(before + 1);
  expect(client.stats.restarts.incarnations).toBe(1);
  await client.close();
});
