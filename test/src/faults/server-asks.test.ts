import { describe, expect, test } from "vitest";
import { ask, notify, raw, Script, type Step, say } from "../../../src/testing/index.js";
import { connectOverHttp, next } from "../../support/http.js";
import { textOf } from "../../support/memory.js";

const form = { message: "Who?", requestedSchema: { type: "object", properties: { name: { type: "string" } } } };
const sampling = { messages: [{ role: "user", content: { type: "text", text: "hi" } }], maxTokens: 5 };
const line = (message: object): Step => raw(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

type Stage = Awaited<ReturnType<typeof connectOverHttp>>;

/** What the client has answered to the server's requests, by their ids. */
const replies = ({ server }: Pick<Stage, "server">) =>
  server.received.flatMap(({ message }) =>
    message !== undefined && message.id !== undefined && message.method === undefined ? [message] : [],
  ) as { readonly id: unknown; readonly error?: { readonly code: number; readonly message: string } }[];

describe.each(["elicitation/create", "sampling/createMessage"])("a handler of %s", (method) => {
  const params = method === "elicitation/create" ? form : sampling;
  const handler = (handle: () => never | Promise<never>) => ({ onElicitation: handle, onSampling: handle });

  test("FAULTS a handler (elicitation, sampling) throws: that request alone fails; the server is told, and not why", async () => {
    const script = new Script().tool("work", ask(method, params), ask("roots/list"), say("done"));
    const handlers = handler(() => {
      throw new Error("canary");
    });
    const stage = await connectOverHttp(script, { ...handlers, roots: [] });
    const failed = next<{ readonly error: unknown }>((heard) => stage.client.on("callbackError", heard));

    expect(textOf(await stage.client.callTool("work"))).toBe("done");

    expect((await failed).error).toMatchObject({ message: "canary" });
    const [refused, roots] = replies(stage);
    expect(refused).toMatchObject({ error: { code: -32_603 } });
    expect(JSON.stringify(refused)).not.toContain("canary");
    expect(roots).toMatchObject({ result: { roots: [] } });
  });

  test("FAULTS a handler (elicitation, sampling) hangs: other requests of the server's and other calls are answered", async () => {
    const script = new Script()
      .tool("hang", ask(method, params), say("never"))
      .tool("work", ask("roots/list"), say("done"));
    const stage = await connectOverHttp(script, { ...handler(() => new Promise(() => undefined)), roots: [] });
    const hanging = stage.client.callTool("hang");
    const end = hanging.catch((error: unknown) => error);
    await stage.server.until(() => stage.server.messages("tools/call").length === 1);

    expect(textOf(await stage.client.callTool("work"))).toBe("done");

    expect(replies(stage)).toHaveLength(1);
    hanging.cancel();
    expect(await end).toMatchObject({ code: "CANCELLED" });
  });
});

test("FAULTS server requests in a flood: at most 16 are handled at once, then −32000, and later ones are handled again", async () => {
  const flood = Array.from({ length: 50 }, (_, index) =>
    line({ id: `flood ${index}`, method: "elicitation/create", params: form }),
  );
  const script = new Script()
    .tool("flood", ...flood, say("done"))
    .tool("later", ask("elicitation/create", form), say("x"));
  const waiting: (() => void)[] = [];
  let most = 0;
  let isFlood = true;
  const stage = await connectOverHttp(script, {
    onElicitation: () =>
      new Promise((resolve) => {
        waiting.push(() => resolve({ action: "decline" }));
        most = Math.max(most, waiting.length);
        if (!isFlood) waiting.pop()?.();
      }),
  });

  await stage.client.callTool("flood");
  await stage.server.until(() => replies(stage).length === 34);

  expect(replies(stage).every(({ error }) => error?.code === -32_000)).toBe(true);
  expect(most).toBe(16);
  for (const answer of waiting.splice(0)) answer();
  await stage.server.until(() => replies(stage).length === 50);
  isFlood = false;
  expect(textOf(await stage.client.callTool("later"))).toBe("x");
  expect(replies(stage).at(-1)).toMatchObject({ result: { action: "decline" } });
});

test("FAULTS log and change notifications in a flood: a handler gets them one at a time, the newest that are kept; the rest is counted", {
  timeout: 20_000,
}, async () => {
  const messages = Array.from({ length: 6_000 }, (_, data) => notify("notifications/message", { level: "info", data }));
  const changes = Array.from({ length: 1_000 }, () => notify("notifications/resources/list_changed"));
  const heard: number[] = [];
  let [atOnce, most, lists] = [0, 0, 0];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { client } = await connectOverHttp(new Script().tool("work", ...messages, ...changes, say("done")));
  client.on("resourcesChanged", () => void lists++);
  const last = new Promise<void>((resolve) => {
    client.on("log", async ({ data }) => {
      most = Math.max(most, ++atOnce);
      await gate;
      atOnce--;
      heard.push(data as number);
      if (data === 5_999) resolve();
    });
  });

  expect(textOf(await client.callTool("work"))).toBe("done");
  open();
  await last;

  expect(most).toBe(1);
  expect([heard.length, heard[1], heard.at(-1)]).toEqual([4_097, 6_000 - 4_096, 5_999]);
  expect(client.stats.notifications.overflow).toBe(6_000 - 4_097);
  expect(lists).toBeGreaterThanOrEqual(1);
  expect(lists).toBeLessThan(1_000);
});
