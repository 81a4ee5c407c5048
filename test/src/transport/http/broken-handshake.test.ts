import { expect, test } from "vitest";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

test("a connection that breaks while `notifications/initialized` is sent is made anew, with its own stream", async () => {
  let breaks = 1;
  const broken: typeof globalThis.fetch = async (url, init) => {
    if (`${init?.body}`.includes("notifications/initialized") && breaks-- > 0) throw new Error("reset");
    return await fetch(url, init);
  };
  const script = new Script().tool("hello", say("hello"));
  const { client, server } = await connectOverHttp(script, { protocol: "legacy", fetch: broken });

  await server.until(() => server.streams.open === 1);

  expect(server.messages("initialize")).toHaveLength(2);
  expect(server.messages("notifications/initialized")).toHaveLength(1);
  expect(textOf(await client.callTool("hello"))).toBe("hello");
});
