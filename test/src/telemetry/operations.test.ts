import { describe, expect, test } from "vitest";
import { answer, die, echo, fail, needInput, progress, Script, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, errorOf } from "../../support/memory.js";
import { hearTelemetry } from "../../support/telemetry.js";

const script = new Script()
  .tool("work", wait(40), say("done"))
  .tool("wrong", answer({ content: [], isError: true }))
  .tool("forbidden", fail(-32_000, "not you"))
  .tool("long", progress(1, 3, "canary"), progress(2, 3), say("done"))
  .tool("hang", stall())
  .tool("odd", answer({ content: 5 }));

describe("an operation that is watched", () => {
  test("M27 has a start and an end, with its name, its duration and how far it got", async () => {
    const heard = hearTelemetry();
    const { client, drive } = await connectInMemory(script, { name: "files" });
    const call = client.callTool("work", { secret: "canary" });
    await drive(call);

    const known = { client: "files", operation: 1, token: call.token, method: "tools/call", name: "work" };
    expect(heard.of("caduceus:operation.start")).toEqual([known]);
    expect(heard.of("caduceus:operation.end")).toEqual([
      { ...known, duration: 40, ok: true, isError: false, outcome: "completed", attempts: 1 },
    ]);
  });

  test("M27 ends with the error's code, and the server's own, when it is refused", async () => {
    const heard = hearTelemetry();
    const { client, drive } = await connectInMemory(script);
    await drive(errorOf(client.callTool("forbidden")));
    await drive(client.callTool("wrong"));
    await drive(errorOf(client.callTool("odd")));

    expect(heard.of("caduceus:operation.end")).toMatchObject([
      { operation: 1, ok: false, isError: undefined, code: "PROTOCOL", rpcCode: -32_000, outcome: "completed" },
      { operation: 2, ok: true, isError: true, code: undefined, rpcCode: undefined },
      { operation: 3, ok: false, code: "INVALID_RESULT", rpcCode: undefined, attempts: 1 },
    ]);
  });

  test("M27 tells of a limit that passed before it ends", async () => {
    const heard = hearTelemetry();
    const { client, drive } = await connectInMemory(script);
    await drive(errorOf(client.callTool("hang", {}, { timeout: 50 })));

    expect(heard.of("caduceus:operation.timeout")).toMatchObject([
      { operation: 1, name: "hang", limit: "timeout", after: 50, outcome: "unknown", attempts: 1 },
    ]);
    expect(heard.names().slice(-2)).toEqual(["operation.timeout", "operation.end"]);
    expect(heard.of("caduceus:operation.end")).toMatchObject([{ duration: 50, code: "TIMEOUT" }]);
  });

  test("M27 tells of a cancel before it ends, whoever cancels it", async () => {
    const heard = hearTelemetry();
    const { client, drive, clock } = await connectInMemory(script);
    const call = client.callTool("hang");
    await clock.settle();
    call.cancel("canary");
    await drive(errorOf(call));
    const aborted = new AbortController();
    const other = client.callTool("hang", {}, { signal: aborted.signal });
    await clock.settle();
    aborted.abort();
    await drive(errorOf(other));

    expect(heard.of("caduceus:operation.cancel")).toMatchObject([
      { operation: 1, outcome: "unknown", attempts: 1 },
      { operation: 2, outcome: "unknown", attempts: 1 },
    ]);
    expect(heard.names().slice(-2)).toEqual(["operation.cancel", "operation.end"]);
    expect(JSON.stringify(heard.all)).not.toContain("canary");
  });

  test("M27 tells of each update, as it is delivered, and not what it says", async () => {
    const heard = hearTelemetry();
    const { client, drive } = await connectInMemory(script);
    const call = client.callTool("long");
    await drive(call);

    const known = { client: "custom", operation: 1, token: call.token, method: "tools/call", attempt: 1 };
    expect(heard.of("caduceus:operation.progress")).toEqual([
      { ...known, progress: 1, total: 3 },
      { ...known, progress: 2, total: 3 },
    ]);
    expect(JSON.stringify(heard.of("caduceus:operation.progress"))).not.toContain("canary");
  });

  test("M27 tells of each time it is sent again, and why it may be", async () => {
    const heard = hearTelemetry();
    const lost = new Script().once("resources/read", die()).on("resources/read", answer({ contents: [] }));
    const { client, drive } = await connectInMemory(lost);
    await drive(client.readResource("file:///a"));

    expect(heard.of("caduceus:operation.retry")).toMatchObject([
      { operation: 1, method: "resources/read", attempt: 2, outcome: "unknown" },
    ]);
    expect(heard.of("caduceus:operation.end")).toMatchObject([{ ok: true, attempts: 2 }]);
  });

  test("M27 is sent again only by a retry: another leg of it is none", async () => {
    const heard = hearTelemetry();
    const asking = new Script({ era: "modern" }).tool("ask", needInput({ key: { method: "roots/list" } }), echo());
    const { client, drive } = await connectInMemory(asking, { protocol: "modern", roots: [] });
    await drive(client.callTool("ask"));

    const sent = heard.of("caduceus:transport.send").filter(({ method }) => method === "tools/call");
    expect(sent).toHaveLength(2);
    expect(heard.of("caduceus:operation.retry")).toEqual([]);
  });
});

test("M27 an operation that was never put on the wire ends, too", async () => {
  const heard = hearTelemetry();
  const { client, drive } = await connectInMemory(script, { maxInFlight: 1, maxPending: 1 });
  const calls = [client.callTool("hang"), client.callTool("hang"), client.callTool("hang")];
  await drive(errorOf(calls[2] as PromiseLike<unknown>));

  expect(heard.of("caduceus:operation.end")).toMatchObject([
    { operation: 3, code: "OVERLOADED", outcome: "not_sent", attempts: 0 },
  ]);
  for (const call of calls) call.cancel();
  await drive(Promise.allSettled(calls));
  expect(heard.of("caduceus:operation.end").map(({ operation }) => operation)).toEqual([3, 1, 2]);
});

test("M27 what is told of an operation that had begun before anybody listened has no number", async () => {
  const { client, drive, clock } = await connectInMemory(script);
  const call = client.callTool("long");
  const heard = hearTelemetry(["caduceus:operation.progress", "caduceus:operation.end"]);
  await drive(call);
  await clock.settle();

  expect(heard.of("caduceus:operation.progress").map(({ operation }) => operation)).toEqual([undefined, undefined]);
  expect(heard.of("caduceus:operation.end")).toEqual([]);
});

test("M27 an operation whose token is in use does not take the number of the one that has it", async () => {
  const heard = hearTelemetry();
  const slow = new Script().tool("slow", wait(50), progress(1), say("done"));
  const { client, drive, clock } = await connectInMemory(slow);
  const options = { progress: { token: "mine", callback: () => undefined } };
  const first = client.callTool("slow", {}, options);
  await clock.settle();
  await drive(errorOf(client.callTool("slow", {}, options)));
  await drive(first);

  expect(heard.of("caduceus:operation.progress")).toMatchObject([{ operation: 1, token: "mine" }]);
  expect(heard.of("caduceus:operation.end")).toMatchObject([
    { operation: 2, token: "mine", code: "INVALID_REQUEST" },
    { operation: 1, token: "mine", ok: true },
  ]);
  expect(heard.of("caduceus:dropped")).toMatchObject([{ what: "progress.duplicateToken", token: "mine" }]);
});
