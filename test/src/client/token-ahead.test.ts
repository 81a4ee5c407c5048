import { expect, test } from "vitest";
import { Script, say, wait } from "../../../src/testing/index.js";
import { connectInMemory } from "../../support/memory.js";

const script = new Script().tool("slow", wait(100), say("done"));

test("a token that the client is about to make is refused to a caller, and nothing is sent", async () => {
  const { client, drive } = await connectInMemory(script);
  const first = client.callTool("slow");
  const [secret = "", last = ""] = String(first.token).split(/\.(?=\d+$)/);
  const token = `${secret}.${Number(last) + 2}`;

  const refused = drive(client.callTool("slow", {}, { progress: { token } }));

  await expect(refused).rejects.toMatchObject({ code: "INVALID_REQUEST", outcome: "not_sent", attempts: 0 });
  await drive(first);
});

test.each(["7", "other.7", 7])("any other token is a caller's to give: %j", async (token) => {
  const { client, drive } = await connectInMemory(script);

  const called = drive(client.callTool("slow", {}, { progress: { token } }));

  await expect(called).resolves.toMatchObject({ content: [{ text: "done" }] });
});

test("a token that the client has made before can be given again", async () => {
  const { client, drive } = await connectInMemory(script);
  const before = client.callTool("slow");
  await drive(before);

  const called = drive(client.callTool("slow", {}, { progress: { token: before.token } }));

  await expect(called).resolves.toMatchObject({ content: [{ text: "done" }] });
});
