import { afterEach, expect, test, vi } from "vitest";
import { answer, Script, say, wait } from "../../../../src/testing/index.js";
import { fakeClocks, pass } from "../../../support/clocks.js";
import { connectOverHttp, next } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

afterEach(() => void vi.useRealTimers());

test("FAULTS server down for 7 s, then back: calls resume; the notification stream and subscriptions are opened again", async () => {
  fakeClocks();
  const script = new Script().tool("hello", say("hello")).on("resources/subscribe", answer({}));
  const { client, server } = await connectOverHttp(script, { backoff: { initial: 100 } });
  const updated: string[] = [];
  await client.subscribe("file:///a", ({ uri }) => updated.push(uri));
  await server.until(() => server.streams.open === 1);
  let refused = 0;
  client.on("lost", () => void refused++);
  const lost = next<unknown>((handler) => client.on("lost", handler));
  await server.down();
  const call = client.callTool("hello");
  await lost;

  // Attempts go on all the time, and each of them is refused.
  await pass(7_000, 100);
  expect(client.state).toBe("reconnecting");
  expect(refused).toBeGreaterThanOrEqual(4);
  await server.up();
  vi.advanceTimersByTime(10_000);

  expect(textOf(await call)).toBe("hello");
  await server.until(() => server.streams.open === 1 && server.messages("resources/subscribe").length === 2);
  const heard = next<{ readonly uri: string }>((handler) => client.on("resourceUpdated", handler));
  server.push("notifications/resources/updated", { uri: "file:///a" });
  expect(await heard).toEqual({ uri: "file:///a" });
  expect(updated).toEqual(["file:///a"]);
});

test("server down for a while, then back: calls resume, and the notification stream is opened again", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")));
  await server.until(() => server.streams.open === 1);
  const lost = next<unknown>((handler) => client.on("lost", handler));
  await server.down();

  const call = client.callTool("hello");
  await lost;
  expect(client.state).toBe("reconnecting");
  await server.up();

  expect(textOf(await call)).toBe("hello");
  await server.until(() => server.streams.open === 1);
  expect(server.sessions.begun).toBe(2);
});

test("a server that is not there rejects connect with the cause, and nothing is left", async () => {
  const { client, server } = await connectOverHttp(new Script());
  await client.close();
  await server.down();

  const { connect } = await import("../../../../src/index.js");
  await expect(connect(server.entry)).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    cause: { code: "ECONNREFUSED" },
  });
});

test("a call that waits while the server is down fails by its own timeout", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("slow", wait(10), say("done")));
  await server.down();

  await expect(client.callTool("slow", {}, { timeout: 200 })).rejects.toMatchObject({ code: "TIMEOUT" });
});
