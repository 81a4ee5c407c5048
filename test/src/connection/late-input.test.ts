import { expect, test } from "vitest";
import type { Answer } from "../../../src/connection/answers.js";
import { say } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, received, textOf, watch } from "../../support/memory.js";
import { accept, asks, elicit, modern } from "../../support/rounds.js";

test("what a handler answers when its operation has been given up goes nowhere, and harms nothing", async () => {
  const answers: ((answer: Answer) => void)[] = [];
  const script = modern.once("tools/call", asks({ a: elicit() })).tool("work", say("done"));
  const stage = await connectInMemory(script, {
    protocol: "auto",
    answer: () => new Promise<Answer>((resolve) => answers.push(resolve)),
  });
  const connection = processesOf(stage, "connection")[0];
  const call = stage.client.callTool("work");
  const given = watch(stage, call);
  await stage.clock.settle();
  call.cancel("enough");
  await stage.clock.settle();
  expect(given.error).toMatchObject({ code: "CANCELLED" });
  answers[0]?.(accept());
  await stage.clock.settle();

  expect(received(stage, "tools/call")).toHaveLength(1);
  expect(connection?.alive).toBe(true);
  expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
});
