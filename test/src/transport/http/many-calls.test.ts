import { expect, test } from "vitest";
import { Script, say, wait } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";

test("FAULTS 500 calls at once: bounded sockets, all answered", { retry: 2, timeout: 15_000 }, async () => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", wait(1), say("hello")), {
    maxInFlight: 500,
  });

  const results = await Promise.all(Array.from({ length: 500 }, () => client.callTool("hello", {}, { retry: false })));

  expect(results).toHaveLength(500);
  expect(server.messages("tools/call")).toHaveLength(500);
  // 16 for calls, one for the server's own stream; a few more where this machine was busy for long.
  expect(server.sockets.most).toBeLessThanOrEqual(64);
});

test("long calls do not hold up short ones: a ping is answered while 32 calls last", {
  retry: 2,
  timeout: 15_000,
}, async () => {
  const { client } = await connectOverHttp(new Script().tool("long", wait(2_000), say("done")));
  let finished = 0;
  const calls = Array.from({ length: 32 }, () => client.callTool("long").then(() => finished++));

  await client.ping();

  expect(finished).toBe(0);
  await Promise.all(calls);
});
