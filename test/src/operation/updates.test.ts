import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UpdateQueue } from "../../../src/operation/updates.js";

const update = (progress: number) => ({ token: "t", progress, total: undefined, message: undefined, attempt: 1 });

describe("UpdateQueue", () => {
  test("behaves as a list that loses its head past the limit", () => {
    const command = fc.oneof(fc.constant("shift" as const), fc.integer());
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(command, { maxLength: 50 }), (limit, commands) => {
        const queue = new UpdateQueue(limit);
        const model: number[] = [];
        for (const each of commands) {
          if (each === "shift") {
            expect(queue.shift()?.progress).toBe(model.shift());
          } else {
            model.push(each);
            expect(queue.push(update(each))).toBe(model.length > limit ? 1 : 0);
            if (model.length > limit) model.shift();
          }
          expect(queue.size).toBe(model.length);
        }
      }),
    );
  });
});
