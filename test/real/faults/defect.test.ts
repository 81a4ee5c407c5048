import { type Client, ConnectionLostError, connect } from "caduceus";
import { type Process, type ProcessNode, Runtime } from "caduceus/actors";
import { Script, say, scriptedStdio, stall } from "caduceus/testing";
import { expect, test } from "vitest";
import { children, isThere } from "../../support/children.js";

function processOf(nodes: readonly ProcessNode[], label: string): Process | undefined {
  for (const node of nodes) {
    const found = node.label === label ? node.process : processOf(node.children, label);
    if (found !== undefined) return found;
  }
  return undefined;
}

const ended = (client: Client) =>
  client.callTool("work", {}, { retry: 5 }).catch((error: unknown) => error as ConnectionLostError);

test("FAULTS a bug in the connection process (injected): every pending operation settles, it is restarted, later calls work", async () => {
  const crashes: unknown[] = [];
  await using runtime = new Runtime({ onCrash: ({ reason }) => crashes.push(reason) });
  const script = new Script().tool("work", stall()).tool("hello", say("hello"));
  await using client = await connect(scriptedStdio(script), { runtime, maxInFlight: 2 });
  const old = children.at(-1)?.pid ?? 0;
  const pending = Array.from({ length: 5 }, () => ended(client));
  // The first two have been written when another one that does not wait for a slot is answered.
  await client.listTools({ timeout: 200 }).catch(() => undefined);

  // Mail that no connection understands, as a bug of the library's would make it.
  processOf(runtime.tree(), "connection")?.send({ type: "release" } as never);

  for (const [index, error] of (await Promise.all(pending)).entries()) {
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ outcome: index < 2 ? "unknown" : "not_sent", cause: { name: "TypeError" } });
  }
  expect(await client.callTool("hello")).toMatchObject({ content: [{ text: "hello" }] });
  expect(client.stats.restarts).toEqual({ incarnations: 2, connection: 1 });
  expect(isThere(-old)).toBe(false);
  expect(crashes).toHaveLength(1);
});
