import fc from "fast-check";
import { expect, test } from "vitest";
import { testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

test("P1 for every run order and every program, each receiver gets each sender's messages in the order sent", async () => {
  const message = fc.record({ sender: fc.nat(4), receiver: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(message, { maxLength: 60 }), async (seed, program) => {
      const { runtime, clock } = testRuntime({ seed });
      const senders = await Promise.all(Array.from({ length: 5 }, () => puppet(runtime)));
      const receivers = await Promise.all(Array.from({ length: 4 }, () => puppet(runtime)));
      program.forEach(({ sender, receiver }, index) => {
        senders[sender]!.act(() => receivers[receiver]!.process.send({ sender, index }));
      });
      await clock.settle();

      for (const [receiver, { mail }] of receivers.entries()) {
        for (const sender of senders.keys()) {
          const sent = program.flatMap((one, index) =>
            one.sender === sender && one.receiver === receiver ? [{ sender, index }] : [],
          );
          expect((mail as typeof sent).filter((one) => one.sender === sender)).toEqual(sent);
        }
      }
    }),
    { numRuns: 60 },
  );
});
