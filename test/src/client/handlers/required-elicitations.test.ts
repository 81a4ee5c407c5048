import { expect, test } from "vitest";
import { ProtocolError } from "../../../../src/index.js";
import { fail, notify, Script, say } from "../../../../src/testing/index.js";
import { connectInMemory, errorOf } from "../../../support/memory.js";

const elicitations = [{ mode: "url", elicitationId: "e1", url: "https://example.org/sign-in", message: "Sign in" }];
const done = (elicitationId: string) => notify("notifications/elicitation/complete", { elicitationId });

test("M15 a call that is refused until the user has been at a URL tells where, and the end of that is told once", async () => {
  const script = new Script()
    .once("tools/call", fail(-32_042, "Sign in first", { elicitations }))
    .tool("work", done("other"), done("e1"), done("e1"), say("done"));
  const stage = await connectInMemory(script, {
    onElicitation: () => {
      throw new Error("Expected no handler to be called");
    },
  });
  const told: unknown[] = [];
  stage.client.on("elicitationComplete", (event) => told.push(event));

  const error = await stage.drive(errorOf(stage.client.callTool("work")));
  await stage.drive(stage.client.callTool("work"));
  await stage.clock.settle();

  expect(error).toBeInstanceOf(ProtocolError);
  expect(error).toMatchObject({ rpcCode: -32_042, data: { elicitations } });
  expect(told).toEqual([{ elicitationId: "e1" }]);
});

test.each([
  ["another error", -32_000, { elicitations }],
  ["data without elicitations", -32_042, {}],
  ["data that is none", -32_042, "e1"],
  ["elicitations without an id", -32_042, { elicitations: [{ elicitationId: 1 }, null] }],
])("M15 %s announces the end of none", async (_, code, data) => {
  const script = new Script().once("tools/call", fail(code, "no", data)).tool("work", done("e1"), say("done"));
  const stage = await connectInMemory(script);
  const told: unknown[] = [];
  stage.client.on("elicitationComplete", (event) => told.push(event));

  const error = await stage.drive(errorOf(stage.client.callTool("work")));
  await stage.drive(stage.client.callTool("work"));
  await stage.clock.settle();

  expect(error).toMatchObject({ code: "PROTOCOL", rpcCode: code });
  expect(told).toEqual([]);
});
