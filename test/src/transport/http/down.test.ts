import { expect, test } from "vitest";
import { Script, say, wait } from "../../../../src/testing/index.js";
import { connectOverHttp, next } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

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
