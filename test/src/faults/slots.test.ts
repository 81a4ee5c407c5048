import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { Script, say, stall } from "../../../src/testing/index.js";
import { connectOverHttp } from "../../support/http.js";
import { errorOf, textOf } from "../../support/memory.js";

const script = new Script().tool("work", stall()).tool("hello", say("hello"));

test("FAULTS cancel with all slots busy · timeout with all slots busy: each leaves at once, and nothing of it is on the wire", async () => {
  const { client, server } = await connectOverHttp(script, { maxInFlight: 1, maxPending: 2 });
  const busy = client.callTool("work");
  await server.until(() => server.messages("tools/call").length === 1);

  const timedOut = errorOf(client.callTool("hello", { n: 1 }, { timeout: 20 }));
  const call = client.callTool("hello", { n: 2 });
  const cancelled = errorOf(call);
  call.cancel();
  expect(await cancelled).toMatchObject({ code: "CANCELLED", outcome: "not_sent" });
  expect(await timedOut).toMatchObject({ code: "TIMEOUT", outcome: "not_sent", attempts: 0 });
  // Both places of those that wait are free again: neither of these is refused.
  const last = [client.callTool("hello", { n: 3 }), client.callTool("hello", { n: 4 })];
  busy.cancel();
  expect((await Promise.all(last)).map(textOf)).toEqual(["hello", "hello"]);

  const sent = server.messages("tools/call").map(({ message }) => message?.params as { arguments?: { n?: number } });
  expect(sent.map((params) => params.arguments?.n)).toEqual([undefined, 3, 4]);
  expect(server.messages("notifications/cancelled")).toHaveLength(1);
  await expect(busy).rejects.toMatchObject({ code: "CANCELLED" });
});

test("FAULTS one `AbortSignal` on 1,000 calls: it listens once, ends what is under way, and keeps no listener", {
  timeout: 20_000,
}, async () => {
  const { client, server } = await connectOverHttp(script, { maxInFlight: 64, maxPending: 1_000 });
  const controller = new AbortController();
  const { signal } = controller;
  const answered = Array.from({ length: 500 }, () => client.callTool("hello", {}, { signal }));
  await Promise.all(answered);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  const ends = Array.from({ length: 1_000 }, () => errorOf(client.callTool("work", {}, { signal })));
  await server.until(() => server.messages("tools/call").length > 500);

  controller.abort("enough");

  const errors = await Promise.all(ends);
  expect(errors.every((error) => (error as { code?: string }).code === "CANCELLED")).toBe(true);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
