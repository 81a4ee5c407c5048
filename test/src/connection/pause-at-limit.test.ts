import { expect, test } from "vitest";
import type { Answer } from "../../../src/connection/answers.js";
import { Script, stall } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, watch } from "../../support/memory.js";

test("`maxTimeout` holds for an operation that is paused right when its `timeout` passes", async () => {
  const script = new Script().tool("work", stall());
  const stage = await connectInMemory(script, { answer: () => new Promise<Answer>(() => undefined) });
  const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100, maxTimeout: 500 }));
  const [connection] = processesOf(stage, "connection");
  if (connection === undefined) throw new Error("no connection");
  // Right behind the news that a limit has passed comes a request of the server's, whose handler never answers.
  const send = connection.send.bind(connection) as (mail: unknown) => void;
  const question = { jsonrpc: "2.0", id: 77, method: "roots/list" };
  let hasAsked = false;
  Object.assign(connection, {
    send: (mail: { readonly type: string }) => {
      send(mail);
      if (mail.type !== "due" || hasAsked) return;
      hasAsked = true;
      send({ type: "received", incarnation: 1, value: question });
    },
  });

  await stage.clock.advance(10_000);

  expect(hasAsked).toBe(true);
  expect(call.error).toMatchObject({ code: "TIMEOUT", limit: "maxTimeout" });
});
