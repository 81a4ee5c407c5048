import { describe, expect, test } from "vitest";
import { createOperation, type KnownMethod, type Params } from "../../../src/index.js";
import { answer, die, progress, Script, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, errorOf } from "../../support/memory.js";
import { methodsOf, traffic } from "../../support/traffic.js";

const HANDSHAKE = ["initialize", "notifications/initialized"];
const script = new Script()
  .tool("hello", say("hello"))
  .tool("never", stall())
  .tool("lively", wait(100), progress(1), stall())
  .tool("slow", wait(500), say("done"))
  .on("resources/list", answer({ resources: [] }))
  .on("resources/templates/list", answer({ resourceTemplates: [] }))
  .on("resources/read", answer({ contents: [] }))
  .on("prompts/list", answer({ prompts: [] }))
  .on("prompts/get", answer({ messages: [] }))
  .on("completion/complete", answer({ completion: { values: [] } }))
  .on("logging/setLevel", answer({}));

const ref = { type: "ref/prompt", name: "p" };
const methods = {
  ping: {},
  "tools/list": {},
  "tools/call": { name: "hello" },
  "resources/list": {},
  "resources/templates/list": {},
  "resources/read": { uri: "file:///a" },
  "prompts/list": {},
  "prompts/get": { name: "p" },
  "completion/complete": { ref, argument: { name: "a", value: "" } },
  "logging/setLevel": { level: "info" },
} satisfies Partial<Record<KnownMethod, Params>>;

describe("the traffic on the wire", () => {
  test("a connect costs one request, and its notification", async () => {
    const sent = traffic();

    const { client, drive } = await connectInMemory(script);
    expect(methodsOf(sent)).toEqual(HANDSHAKE);
    await drive(client.close());

    expect(methodsOf(sent)).toEqual(HANDSHAKE);
  });

  test("each method costs one request", async () => {
    const sent = traffic();
    const { client, drive } = await connectInMemory(script);

    for (const [method, params] of Object.entries(methods)) {
      await drive(client.request(createOperation({ method: method as KnownMethod, params })));
    }

    expect(methodsOf(sent)).toEqual([...HANDSHAKE, ...Object.keys(methods)]);
  });

  test("an attempt each time the server dies, and no more; each has an id of its own", async () => {
    const sent = traffic();
    const { client, drive } = await connectInMemory(new Script().times(2, "ping", die()));

    await drive(client.ping());

    expect(methodsOf(sent)).toEqual([...HANDSHAKE, "ping", ...HANDSHAKE, "ping", ...HANDSHAKE, "ping"]);
    expect(sent.filter(({ method }) => method === "ping").map(({ incarnation }) => incarnation)).toEqual([1, 2, 3]);
    const ids = sent.flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("an unsafe call that is lost with its server is not sent again", async () => {
    const sent = traffic();
    const { client, drive } = await connectInMemory(new Script().tool("fatal", die()));

    expect(await drive(errorOf(client.callTool("fatal")))).toMatchObject({ outcome: "unknown", attempts: 1 });
    await drive(client.ping());

    expect(methodsOf(sent)).toEqual([...HANDSHAKE, "tools/call", ...HANDSHAKE, "ping"]);
  });

  test("a cancel costs one notification, a second one nothing", async () => {
    const sent = traffic();
    const { client, drive, clock } = await connectInMemory(script);
    const call = client.callTool("never");
    await clock.settle();

    call.cancel("enough");
    call.cancel("again");
    await drive(errorOf(call));
    await clock.settle();

    expect(methodsOf(sent)).toEqual([...HANDSHAKE, "tools/call", "notifications/cancelled"]);
  });

  test("a timeout costs one notification, and a ping where the server was silent", async () => {
    const sent = traffic();
    const { client, drive } = await connectInMemory(script);

    expect(await drive(errorOf(client.callTool("never", {}, { timeout: 100 })))).toMatchObject({ code: "TIMEOUT" });

    expect(methodsOf(sent)).toEqual([...HANDSHAKE, "tools/call", "notifications/cancelled", "ping"]);
  });

  test("a timeout costs one notification alone where the server has shown that it lives", async () => {
    const sent = traffic();
    const { client, drive } = await connectInMemory(script);

    const limits = { timeout: 1_000, maxTimeout: 1_050 };
    expect(await drive(errorOf(client.callTool("lively", {}, limits)))).toMatchObject({ limit: "maxTimeout" });

    expect(methodsOf(sent)).toEqual([...HANDSHAKE, "tools/call", "notifications/cancelled"]);
  });

  test("what never left the outbox costs nothing", async () => {
    const sent = traffic();
    const { client, drive, clock } = await connectInMemory(script, { maxInFlight: 1 });
    const first = client.callTool("slow");
    await clock.settle();
    const waiting = client.callTool("hello");
    await clock.settle();
    waiting.cancel();
    await drive(errorOf(waiting));
    await drive(first);

    expect(methodsOf(sent)).toEqual([...HANDSHAKE, "tools/call"]);
  });
});
