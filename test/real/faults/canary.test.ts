import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { type Client, connect, type EventName } from "caduceus";
import { drawTree, Runtime } from "caduceus/actors";
import { die, fail, Script, say, scriptedStdio, stall } from "caduceus/testing";
import { expect, test } from "vitest";

const CANARY = "canary-5b1f";

const events: EventName[] = ["state", "ready", "lost", "down", "closed", "dropped", "warning", "callbackError"];

test("FAULTS a canary secret in env and args: it is found in no error message, event, tree or telemetry", async () => {
  const script = new Script()
    .tool("die", die({ code: 1 }))
    .tool("refuse", fail(-32_000, "no"))
    .tool("hello", say("hello"))
    .tool("work", stall());
  const { command, args = [] } = scriptedStdio(script);
  const server = { command, args: [...args, `--token=${CANARY}`], env: { API_KEY: CANARY }, retries: 3 };
  const said: unknown[] = [];
  const heard = (client: Client) => {
    for (const event of events) client.on(event, (value) => said.push([event, value]));
  };
  const published = (message: unknown) => void said.push(message);
  subscribe("caduceus:transport.send", published);
  const keep = async (promise: PromiseLike<unknown>) => {
    try {
      await promise;
    } catch (error) {
      said.push(error);
    }
  };
  const runtime = new Runtime({ onCrash: (report) => said.push(report.reason) });
  const client = await connect(server, { runtime, backoff: { initial: 1 } });
  heard(client);

  await keep(client.callTool("die"));
  await keep(client.callTool("refuse"));
  await keep(client.callTool("work", {}, { timeout: 50 }));
  said.push(drawTree(runtime.tree()), client.server, client.stats);
  await client.close();
  await keep(client.ping());
  await keep(connect({ ...server, command: "no-such-program-anywhere" }));
  await keep(connect({ ...server, cwd: "/no/such/folder" }));
  await keep(connect({ ...server, args: [CANARY, 5 as never] }));
  await keep(connect(server, { timeout: CANARY as never }));
  await keep(connect({ ...server, args: ["-e", "process.exit(4)", CANARY] }));

  unsubscribe("caduceus:transport.send", published);

  expect(said.filter((each) => typeof each === "object" && each !== null && "protocolVersion" in each)).not.toEqual([]);
  expect(said.length).toBeGreaterThan(12);
  const shown = said.map((each) => {
    const { message, stack } = each instanceof Error ? each : { message: "", stack: "" };
    return `${message} ${stack} ${JSON.stringify(each)} ${inspect(each, { depth: 10 })}`;
  });
  expect(shown.filter((text) => text.includes(CANARY))).toEqual([]);
});
