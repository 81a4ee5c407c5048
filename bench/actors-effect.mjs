/*
 * Effect has no actor in its core. Nearest to one is a fiber that takes from a queue of its own for ever, and a deferred
 * in the message for the answer. Queue and deferred are used by their direct functions where there are any, which is
 * faster than as effects; a caller is one fiber, so that a call does not cost a run of the runtime.
 */
import { Deferred, Effect, Exit, Fiber, Queue } from "effect";
import { measure } from "./actors-measure.mjs";

/** A counter's queue, and the fiber that works it off. */
const start = Effect.gen(function* () {
  const queue = yield* Queue.unbounded();
  let count = 0;
  const handle = ({ n, answer, told }) => {
    if (told !== undefined) told();
    else count += n;
    if (answer !== undefined) Deferred.doneUnsafe(answer, Exit.succeed(count));
  };
  const fiber = yield* Effect.forkDetach(Effect.forever(Effect.map(Queue.take(queue), handle)));
  return { queue, fiber };
});

const call = (queue) =>
  Effect.suspend(() => {
    const answer = Deferred.makeUnsafe();
    Queue.offerUnsafe(queue, { n: 1, answer });
    return Deferred.await(answer);
  });
const limited = (queue) => Effect.timeout(call(queue), 5_000);

const repeat = (effect, count) =>
  Effect.gen(function* () {
    for (let i = 0; i < count; i++) yield* effect;
  });

/** As many counters, when each of them waits for its first message. */
const startAll = (count) =>
  Effect.gen(function* () {
    const counters = [];
    for (let i = 0; i < count; i++) counters.push(yield* start);
    yield* Effect.yieldNow;
    return counters;
  });

const one = await Effect.runPromise(start);

await measure({
  idle: (count) => Effect.runPromise(startAll(count)),
  spawn: (count) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const counters = yield* startAll(count);
        yield* Fiber.interruptAll(counters.map(({ fiber }) => fiber));
      }),
    ),
  send(count) {
    for (let i = 0; i < count; i++) Queue.offerUnsafe(one.queue, { n: 1 });
    return new Promise((told) => {
      Queue.offerUnsafe(one.queue, { told });
    });
  },
  call: (count) => Effect.runPromise(repeat(limited(one.queue), count)),
  callUnlimited: (count) => Effect.runPromise(repeat(call(one.queue), count)),
  callTogether: (count) =>
    Effect.runPromise(
      Effect.all(
        Array.from({ length: count }, () => limited(one.queue)),
        { concurrency: "unbounded", discard: true },
      ),
    ),
});
