import { describe, expect, test } from "vitest";
import { answer, die, Script, stopReading } from "../../../src/testing/index.js";
import { connectInMemory, received, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

describe.each(seeds)("an operation's outcome is the worst of its attempts, order %s", (seed) => {
  test("an attempt that may have arrived is not undone by a repeat that certainly did not", async () => {
    const script = new Script()
      .once("initialize", welcome())
      .on("initialize", welcome(), stopReading())
      .on("resources/read", die());
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.readResource("file:///a", { retry: 1 }));
    await stage.clock.advance(1_000);
    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(received(stage, "resources/read")).toHaveLength(1);
    expect(call.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown", attempts: 2 });
  });

  test("an answer to a repeat completes it, whatever became of the attempt before", async () => {
    const script = new Script().once("resources/read", die()).on("resources/read", answer({ contents: 5 }));
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.readResource("file:///a"));
    await stage.clock.advance(1_000);

    expect(call.error).toMatchObject({ code: "INVALID_RESULT", outcome: "completed", attempts: 2 });
  });
});
