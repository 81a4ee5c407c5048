import { ConnectionLostError, connect } from "caduceus";
import { die, log, Script, scriptedStdio } from "caduceus/testing";
import { expect, test } from "vitest";

test("an error tells the story: exit code, last lines of stderr, which life it was, whether it was sent, the caller's line", async () => {
  const script = new Script().tool("write", log("disk full"), log("giving up"), die({ code: 74 }));
  await using client = await connect(scriptedStdio(script), { backoff: { initial: 1 } });
  async function whoCalls() {
    return await client.callTool("write", { text: "canary" });
  }

  const errors: unknown[] = [];
  for (let call = 0; call < 3; call++) errors.push(await whoCalls().catch((error: unknown) => error));

  const last = errors.at(-1) as ConnectionLostError;
  expect(last).toBeInstanceOf(ConnectionLostError);
  expect(last).toMatchObject({ exitCode: 74, signal: null, outcome: "unknown", attempts: 1 });
  expect(last.stderr).toEqual(["disk full", "giving up"]);
  expect(errors.map((error) => (error as ConnectionLostError).incarnation)).toEqual([1, 2, 3]);
  expect(last.retryAt).toBeGreaterThan(Date.now() - 60_000);
  expect(last.stack).toMatch(/whoCalls.*error-story\.test\.ts/);
  expect(last.stack).not.toContain("canary");
});

test("the cause chain of a client that is down goes down to what the system said", async () => {
  await using client = await connect(
    { command: "no-such-program-anywhere" },
    { lazy: true, downAfter: 50, backoff: { initial: 10 } },
  );

  const error = (await client.ping().catch((reason: unknown) => reason)) as ConnectionLostError;

  const chain: unknown[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause)
    chain.push((each as { code?: unknown }).code);
  expect(chain).toEqual(["CONNECTION_LOST", "ENOENT"]);
  expect(error).toMatchObject({ outcome: "not_sent", attempts: 0, retryAt: expect.any(Number) });
});
