import { describe, expect, test } from "vitest";
import { ask, Script, say } from "../../../../src/testing/index.js";
import { replies } from "../../../support/host.js";
import { connectInMemory } from "../../../support/memory.js";

const result = { role: "assistant" as const, content: { type: "text" as const, text: "4" }, model: "m" };
const sampling = { messages: [{ role: "user", content: { type: "text", text: "?" } }], maxTokens: 5 };
const form = { message: "Who?", requestedSchema: { type: "object", properties: {} } };

describe("M22 requests of the server", () => {
  test("ping, roots, sampling and elicitation are answered, unknown ones get −32601", async () => {
    const script = new Script().tool(
      "work",
      ask("ping"),
      ask("roots/list"),
      ask("sampling/createMessage", sampling),
      ask("elicitation/create", form),
      ask("tasks/list"),
      ask("__proto__"),
      say("done"),
    );
    const stage = await connectInMemory(script, {
      roots: [],
      onSampling: () => result,
      onElicitation: () => ({ action: "cancel" }),
    });
    await stage.drive(stage.client.callTool("work"));

    expect(replies(stage)).toMatchObject([
      { result: {} },
      { result: { roots: [] } },
      { result },
      { result: { action: "cancel" } },
      { error: { code: -32_601 } },
      { error: { code: -32_601 } },
    ]);
  });

  test("are answered whatever an earlier handler does: one that hangs holds up its own request only", async () => {
    const script = new Script()
      .tool("hang", ask("sampling/createMessage", sampling), say("never"))
      .tool("work", ask("roots/list"), say("done"));
    const stage = await connectInMemory(script, { roots: [], onSampling: () => new Promise(() => undefined) });
    void stage.client.callTool("hang").catch(() => undefined);

    expect(await stage.drive(stage.client.callTool("work"))).toMatchObject({ content: [{ text: "done" }] });
  });

  test("whose params are no object, or missing, are −32602", async () => {
    const script = new Script().tool("work", ask("sampling/createMessage"), ask("elicitation/create"), say("done"));
    const stage = await connectInMemory(script, {
      onSampling: () => result,
      onElicitation: () => ({ action: "cancel" }),
    });
    await stage.drive(stage.client.callTool("work"));

    expect(replies(stage).map(({ error }) => error?.code)).toEqual([-32_602, -32_602]);
  });
});
