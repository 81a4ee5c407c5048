import { fileURLToPath } from "node:url";
import { connect, MessageTooLargeError } from "caduceus";
import { expect, test } from "vitest";

const server = {
  command: process.execPath,
  args: [fileURLToPath(new URL("../fixtures/huge.mjs", import.meta.url))],
};
const MEBIBYTE = 1024 * 1024;

test("FAULTS a line over `maxMessageSize`: an answer fails its own call, whose id comes last; its neighbours and the connection live", async () => {
  await using client = await connect(server, { maxMessageSize: MEBIBYTE, protocol: "legacy" });
  const incarnations: number[] = [];
  client.on("ready", ({ incarnation }) => incarnations.push(incarnation));

  const huge = client.callTool("huge", { mib: 3 });
  const neighbour = client.ping();
  const error = await huge.catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(MessageTooLargeError);
  expect(error).toMatchObject({ code: "MESSAGE_TOO_LARGE", limit: MEBIBYTE, outcome: "completed", attempts: 1 });
  expect(String(error)).toContain("maxMessageSize");
  await neighbour;
  await client.ping();
  expect(client.stats.restarts.incarnations).toBe(1);
  expect(incarnations).toEqual([]);
});

test("FAULTS a line over `maxMessageSize`: memory stays flat while 200 MiB go by", async () => {
  await using client = await connect(server, { maxMessageSize: MEBIBYTE, protocol: "legacy" });
  await expect(client.callTool("huge", { mib: 8 })).rejects.toBeInstanceOf(MessageTooLargeError);
  const before = process.memoryUsage().rss;
  let most = 0;
  const looking = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
  }, 5);

  await expect(client.callTool("huge", { mib: 200 })).rejects.toBeInstanceOf(MessageTooLargeError);
  clearInterval(looking);

  expect(most).toBeLessThan(100 * MEBIBYTE);
});

test("FAULTS a line over `maxMessageSize`: a request of the server's is answered with an error, a notification dropped; both are told", async () => {
  await using client = await connect(server, { maxMessageSize: MEBIBYTE, protocol: "legacy" });
  const warnings: string[] = [];
  client.on("warning", ({ message }) => warnings.push(message));
  const answered = new Promise<string>((resolve) => client.on("stderr", resolve));

  await client.callTool("ask", { mib: 2 });
  await client.callTool("tell", { mib: 2 });

  expect(JSON.parse(await answered)).toEqual({ id: "mine", code: -32_600 });
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/roots\/list of more than 1048576 bytes.*maxMessageSize/);
  expect(warnings[1]).toContain("notifications/message");
});
