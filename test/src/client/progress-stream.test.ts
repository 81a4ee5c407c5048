import { describe, expect, test } from "vitest";
import { ProgressStream } from "../../../src/client/progress-stream.js";
import { InvalidRequestError, type ProgressUpdate } from "../../../src/index.js";

const update = (progress: number): ProgressUpdate => ({
  token: "t",
  progress,
  total: undefined,
  message: undefined,
  attempt: 1,
});

async function rest(stream: ProgressStream): Promise<number[]> {
  const seen: number[] = [];
  for await (const { progress } of stream) seen.push(progress);
  return seen;
}

describe("ProgressStream", () => {
  test("until a consumer attaches, only the latest update is kept, and nothing counts as dropped", async () => {
    const stream = new ProgressStream(10);

    expect([1, 2, 3].map((progress) => stream.push(update(progress)))).toEqual([0, 0, 0]);
    stream.end();

    expect(await rest(stream)).toEqual([3]);
  });

  test("with a consumer everything is kept up to the limit; past it the oldest is dropped, and says so", async () => {
    const stream = new ProgressStream(3);
    const iterator = stream[Symbol.asyncIterator]();

    expect([1, 2, 3, 4, 5].map((progress) => stream.push(update(progress)))).toEqual([0, 0, 0, 1, 1]);
    stream.end();

    const seen: number[] = [];
    for (let step = await iterator.next(); step.done !== true; step = await iterator.next())
      seen.push(step.value.progress);
    expect(seen).toEqual([3, 4, 5]);
  });

  test("what comes while the consumer waits reaches it at once", async () => {
    const stream = new ProgressStream(1);
    const seen = rest(stream);
    for (const progress of [1, 2, 3]) {
      stream.push(update(progress));
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.end();

    expect(await seen).toEqual([1, 2, 3]);
  });

  test("what is kept comes before the end", async () => {
    const stream = new ProgressStream(10);
    const iterator = stream[Symbol.asyncIterator]();
    stream.push(update(1));
    stream.push(update(2));
    stream.end(new Error("lost"));
    stream.push(update(3));

    expect(await iterator.next()).toMatchObject({ value: { progress: 1 } });
    expect(await iterator.next()).toMatchObject({ value: { progress: 2 } });
    await expect(iterator.next()).rejects.toThrow("lost");
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test("it ends once: what comes after the first end counts for nothing", async () => {
    const stream = new ProgressStream(10);
    stream.end();
    stream.end(new Error("late"));

    expect(await rest(stream)).toEqual([]);
  });

  test("an error of `undefined` is no error", async () => {
    const stream = new ProgressStream(10);
    const seen = rest(stream);
    stream.end(undefined);

    expect(await seen).toEqual([]);
  });

  test("a second consumer is refused", () => {
    const stream = new ProgressStream(10);
    stream[Symbol.asyncIterator]();

    expect(() => stream[Symbol.asyncIterator]()).toThrow(InvalidRequestError);
  });

  test("`break` stops the updates; nothing piles up, nothing throws", async () => {
    const stream = new ProgressStream(1);
    stream.push(update(1));
    for await (const _ of stream) break;

    expect([2, 3, 4].map((progress) => stream.push(update(progress)))).toEqual([0, 0, 0]);
    expect(() => stream.end(new Error("later"))).not.toThrow();
  });

  test("an error in the loop's body leaves it like `break`", async () => {
    const stream = new ProgressStream(1);
    stream.push(update(1));
    const loop = async () => {
      for await (const _ of stream) throw new Error("body");
    };

    await expect(loop()).rejects.toThrow("body");
    expect(stream.push(update(2))).toBe(0);
  });

  test("a consumer that asks twice before an answer gets two answers, in order", async () => {
    const stream = new ProgressStream(10);
    const iterator = stream[Symbol.asyncIterator]();
    const both = Promise.all([iterator.next(), iterator.next()]);
    stream.push(update(1));
    stream.push(update(2));

    expect(await both).toMatchObject([{ value: { progress: 1 } }, { value: { progress: 2 } }]);
  });

  test("a consumer that asks twice before the end hears of it twice: the error once, then that it is over", async () => {
    const stream = new ProgressStream(10);
    const iterator = stream[Symbol.asyncIterator]();
    const both = Promise.allSettled([iterator.next(), iterator.next()]);
    stream.end(new Error("lost"));

    expect(await both).toMatchObject([
      { status: "rejected", reason: { message: "lost" } },
      { status: "fulfilled", value: { done: true } },
    ]);
  });

  test("a consumer that leaves while it waits is told that it is over", async () => {
    const stream = new ProgressStream(10);
    const iterator = stream[Symbol.asyncIterator]();
    const waiting = iterator.next();

    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});
