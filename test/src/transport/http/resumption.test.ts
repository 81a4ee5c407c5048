import { expect, test } from "vitest";
import { progress, Script, say, wait } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const script = new Script()
  .tool("index", progress(1, 2), wait(20), progress(2, 2), say("done"))
  .annotatedTool("look", { readOnlyHint: true }, progress(1, 2), wait(20), progress(2, 2), say("done"));

/** Without a stream of the server's own every GET is one that takes up an answer. */
const options = { eventIds: true, stream: false, protocol: "legacy" } as const;

async function stage() {
  const made = await connectOverHttp(script, options);
  await made.server.until(() => made.server.received.some(({ method }) => method === "GET"));
  await made.client.listTools();
  return made;
}

test("an answer that the server does not go on with fails an unsafe call, and says why", async () => {
  const { client, server } = await stage();
  server.cut("tools/call");
  server.refuse("GET", { status: 500 });

  await expect(client.callTool("index")).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    outcome: "unknown",
    cause: expect.objectContaining({ message: "The server did not go on with a stream: HTTP 500" }),
  });
  expect(client.state).toBe("ready");
});

test("an answer that the server does not go on with is asked for again, where that is safe", async () => {
  const { client, server } = await stage();
  server.cut("tools/call");
  server.refuse("GET", { status: 500 });

  expect(textOf(await client.callTool("look"))).toBe("done");
  expect(server.messages("tools/call")).toHaveLength(2);
});

test("an answer whose session is gone is asked for again in a new one, where that is safe", async () => {
  const { client, server } = await stage();
  server.cut("tools/call");
  server.refuse("GET", { status: 404 });

  expect(textOf(await client.callTool("look"))).toBe("done");
  expect(server.sessions.begun).toBe(2);
});

test("an answer that is cut is not waited for when the server is gone", async () => {
  const { client, server } = await stage();
  server.cut("tools/call");
  const call = client.callTool("index");
  const failed = expect(call).rejects.toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown" });
  await server.until(() => server.messages("tools/call").length === 1 && server.underWay === 0);

  await server.down();

  await failed;
});

test("a call that is given up is not taken up again", async () => {
  const { client, server } = await stage();
  const gets = () => server.received.filter(({ method }) => method === "GET").length;
  const before = gets();
  server.cut("tools/call");
  const call = client.callTool("index");
  await server.until(() => server.messages("tools/call").length === 1 && server.underWay === 0);

  call.cancel();

  await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
  await client.ping();
  expect(gets()).toBe(before);
});
