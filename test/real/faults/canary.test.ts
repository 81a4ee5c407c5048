import { inspect } from "node:util";
import { type Client, connect, type EventName } from "caduceus";
import { drawTree, Runtime } from "caduceus/actors";
import { die, fail, Script, say, scriptedHttp, scriptedStdio, stall } from "caduceus/testing";
import { expect, onTestFinished, test } from "vitest";
import { hearTelemetry } from "../../support/telemetry.js";

const CANARY = "canary-5b1f";

const events: EventName[] = ["state", "ready", "lost", "down", "closed", "dropped", "warning", "callbackError"];

const payloads = [false, true];

test.each(payloads)(
  "FAULTS a canary secret in env and args: it is found in no error, event, tree or telemetry, payloads %j",
  async (shown) => {
    const told = hearTelemetry();
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
    const keep = async (promise: PromiseLike<unknown>) => {
      try {
        await promise;
      } catch (error) {
        said.push(error);
      }
    };
    const runtime = new Runtime({ onCrash: (report) => said.push(report.reason) });
    const telemetry = { payloads: shown };
    const client = await connect(server, { runtime, telemetry, backoff: { initial: 1 } });
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

    expect(said.length).toBeGreaterThan(12);
    expect(told.all.length).toBeGreaterThan(30);
    expect(told.all.some(({ message }) => "payload" in message)).toBe(shown);
    expect(withCanary([...said, ...told.all])).toEqual([]);
  },
);

test.each(payloads)(
  "M28 a canary in headers, URL, token and tools is in no telemetry over HTTP, payloads %j",
  async (shown) => {
    const script = new Script()
      // A server that tells on its client: what it was sent, and what it was told before.
      .tool("hello", say(`you have ${CANARY}`))
      .tool("refuse", fail(-32_000, `no, ${CANARY}`, { given: CANARY }));
    const server = await scriptedHttp(script);
    onTestFinished(() => server.close());
    const heard = hearTelemetry();
    const url = new URL(server.entry.url);
    url.searchParams.set("key", CANARY);
    url.password = CANARY;
    const entry = { url: url.href, headers: { "x-secret": CANARY } };
    const client = await connect(entry, { telemetry: { payloads: shown } });
    await client.callTool("hello", { token: CANARY }, { headers: { "x-more": CANARY } });
    await client.callTool("refuse").catch(() => undefined);
    await client.close();

    expect(heard.all.length).toBeGreaterThan(10);
    expect(heard.all.some(({ message }) => "payload" in message)).toBe(shown);
    const sessions = server.received.flatMap(({ headers }) => headers["mcp-session-id"] ?? []);
    expect(sessions.length).toBeGreaterThan(0);
    expect(withCanary(heard.all, ...sessions)).toEqual([]);
  },
);

/** What shows any of these, however it is printed. */
function withCanary(said: readonly unknown[], ...canaries: readonly string[]): string[] {
  const shown = said.map((each) => {
    const { message, stack } = each instanceof Error ? each : { message: "", stack: "" };
    return `${message} ${stack} ${JSON.stringify(each)} ${inspect(each, { depth: 10 })}`;
  });
  return shown.filter((text) => [CANARY, ...canaries].some((canary) => text.includes(canary)));
}
