import fc from "fast-check";
import { expect, test } from "vitest";
import {
  answer,
  ask,
  die,
  fail,
  needInput,
  progress,
  say,
  stall,
  status,
  task,
  wait,
} from "../../../src/testing/index.js";
import { processesOf, received, type Stage } from "../../support/memory.js";
import { accept, elicit } from "../../support/rounds.js";
import { connectWithTasks, script, taskEras } from "../../support/tasks.js";

const often = { pollInterval: 100 };

const scriptOf = (era: (typeof taskEras)[number]) =>
  script(era)
    .taskTool("quick", task(often, say("done")))
    .taskTool(
      "slow",
      progress(1),
      task(often, progress(2), wait(250), status("half"), progress(3), wait(250), say("done")),
    )
    .taskTool("asking", task(often, era === "modern" ? needInput({ a: elicit() }) : ask("x/y"), wait(50), say("done")))
    .taskTool("failing", task(often, wait(150), fail(-1, "no")))
    .taskTool("endless", wait(30), task(often, stall()))
    .taskTool("deadly", task(often, wait(120), die()))
    .taskTool("odd", answer({ resultType: "task", task: { taskId: 5 } }))
    .taskTool("plain", wait(20), say("done"));

const tools = ["quick", "slow", "asking", "failing", "endless", "deadly", "odd", "plain"] as const;

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      tool: fc.constantFrom(...tools),
      timeout: fc.constantFrom(90, 400, 30_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(0, 1, 20, 101, 300) }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

interface Seen {
  readonly cancel: () => void;
  settlements: number;
}

async function play(stage: Stage, commands: readonly Command[]): Promise<Seen[]> {
  const all: Seen[] = [];
  for (const it of commands) {
    if (it.do === "call") {
      const call = stage.client.callTool(it.tool, {}, { timeout: it.timeout, maxTimeout: 5_000 });
      const seen: Seen = { cancel: () => call.cancel(), settlements: 0 };
      const settled = () => void seen.settlements++;
      void call.then(settled, settled);
      all.push(seen);
    } else if (it.do === "cancel") all[it.index]?.cancel();
    else if (it.do === "kill") stage.server.kill();
    // No connection of ours sends it: a defect.
    else if (it.do === "crash") processesOf(stage, "connection")[0]?.send({ type: "release" } as never);
    else await stage.clock.advance(it.ms);
  }
  return all;
}

test.each(taskEras)("any program with tasks, %s: each call settles once, and none is made twice", async (era) => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25 }), fc.integer(), async (commands, seed) => {
      const restart = { max: 1_000, within: 1_000 };
      const stage = await connectWithTasks(scriptOf(era), {
        era,
        seed,
        maxInFlight: 3,
        downAfter: 60_000,
        restart,
        answer: accept,
        onCrash: () => undefined,
      });

      const all = await play(stage, commands);
      await stage.clock.advance(10_000);

      expect(all.map(({ settlements }) => settlements)).toEqual(all.map(() => 1));
      expect(received(stage, "tools/call").length).toBeLessThanOrEqual(all.length);
      const { operations, responses } = stage.client.stats;
      expect(operations.settled).toBe(operations.started);
      expect(responses.unknown).toBe(0);
      const connection = stage.runtime
        .tree()
        .flatMap((node) => node.children)
        .find(({ label }) => label === "connection");
      expect(connection?.details).toMatchObject({ waiting: 0, inFlight: 0 });
      await stage.drive(stage.client.close());
    }),
    { numRuns: 60 },
  );
});
