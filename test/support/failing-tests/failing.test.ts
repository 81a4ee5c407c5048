/** Tests that fail: a test of the fixtures runs them, and looks at what is said of them. */
import { Script, say } from "caduceus/testing";
import { test } from "caduceus/testing/vitest";

test("expects too much", async ({ client, server, drive, expect }) => {
  server.play(new Script().tool("report", say("done")));
  await drive(client.callTool("report"));
  setTimeout(() => undefined, 60_000);
  expect(server.incarnations).toBe(2);
});

test("leaves something", async ({ client, clock }) => {
  clock.setTimer(60_000, () => undefined);
  await client.close();
});

test("is fine", ({ client, expect }) => expect(client.state).toBe("ready"));
