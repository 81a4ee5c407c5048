import { connect } from "caduceus";
import { die, progress, Script, say, scriptedMemory, stall, testRuntime, wait } from "caduceus/testing";
import { expect, test } from "vitest";
import { report } from "./report.js";

test("a report that takes an hour is followed to its end, in milliseconds of real time", async () => {
  const { runtime, clock } = testRuntime();
  const halfAnHour = Array.from({ length: 60 }, (_, step) => [wait(30_000), progress(step + 1, 120)]).flat();
  const server = scriptedMemory(new Script().tool("report", ...halfAnHour, wait(59_000), say("all is well")));
  const client = await connect(server.transport, { runtime });
  const shown: number[] = [];

  const text = report(client, (percent) => shown.push(percent));
  await clock.advance(3_600_000);

  expect(await text).toBe("all is well");
  expect(shown.at(-1)).toBe(50);
  await client.close();
});

test("a report whose server dies is made by the next one", async () => {
  const { runtime, clock } = testRuntime();
  const server = scriptedMemory(new Script().once("tools/call", die()).tool("report", say("second try")));
  const client = await connect(server.transport, { runtime });

  const text = report(client, () => {});
  await clock.advance(1_000);

  expect(await text).toBe("second try");
  expect(server.incarnations).toBe(2);
  await client.close();
});

test("a report that stops moving fails after a minute, and the server is told", async () => {
  const { runtime, clock } = testRuntime();
  const server = scriptedMemory(new Script().tool("report", progress(1, 2), stall()));
  const client = await connect(server.transport, { runtime });

  const failed = expect(report(client, () => {})).rejects.toMatchObject({ code: "TIMEOUT", outcome: "unknown" });
  await clock.advance(61_000);

  await failed;
  expect(server.received.map(({ method }) => method)).toContain("notifications/cancelled");
  await client.close();
});
