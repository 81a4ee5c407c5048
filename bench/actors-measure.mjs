/*
 * What one subject of bench/actors.mjs costs. A subject's file calls `measure` once, in a process of its own that does
 * nothing else; the figures go to stdout as one line of JSON. Times are nanoseconds for one operation, by the wall
 * clock and of the CPU in all threads, each the median of a few repeats after a warm-up that lets the compiler finish. The
 * heap is bytes for one idle actor.
 */
const IDLE = 20_000;
const WARM_UP_MS = 500;
const REPEATS = 5;
const REPEAT_MS = 100;

/** How many operations are asked for at a time. */
const PARTS = { spawn: 1_000, send: 1_000, call: 1_000, callUnlimited: 1_000, callTogether: 100 };

/**
 * Measures what the subject has of these; what it leaves out is `null` in the result.
 *
 * - `idle(count)` returns actors that have started and wait, or a promise of them.
 * - `spawn(count)` starts as many actors, and when all have started stops them, and waits until all have ended.
 * - `send(count)` sends one actor as many messages that want no answer, and waits until the last is handled.
 * - `call(count)` makes as many calls, each after the answer to the one before, with a limit of 5 s.
 * - `callUnlimited(count)` does the same without a limit.
 * - `callTogether(count)` makes as many calls at once, with a limit of 5 s, and waits for all answers.
 */
export async function measure(subject) {
  const [name] = process.argv.slice(2);
  const run = subject[name];
  let figures = null;
  if (run !== undefined) figures = name === "idle" ? { heap: await heapOf(run) } : await timeOf(run, PARTS[name]);
  process.stdout.write(JSON.stringify(figures), () => process.exit());
}

async function heapOf(idle) {
  // What is compiled and made once is there before the count begins.
  const before = await idle(1_000);
  const start = await heapUsed();
  const actors = await idle(IDLE);
  const bytes = ((await heapUsed()) - start) / IDLE;
  // Also keeps both lists from being collected before the end.
  if (before.length !== 1_000 || actors.length !== IDLE) throw new Error("Expected `idle` to return all of its actors");
  return bytes;
}

async function heapUsed() {
  await collect();
  return process.memoryUsage().heapUsed;
}

async function timeOf(run, part) {
  await costOf(run, part, WARM_UP_MS);
  const costs = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) costs.push(await costOf(run, part, REPEAT_MS));
  return { wall: medianOf(costs.map(({ wall }) => wall)), cpu: medianOf(costs.map(({ cpu }) => cpu)) };
}

/** What one operation takes, from parts that together take at least `ms`. */
async function costOf(run, part, ms) {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  let count = 0;
  let took = 0;
  while (took < ms) {
    await run(part);
    count += part;
    took = performance.now() - start;
  }
  const { user, system } = process.cpuUsage(cpuStart);
  return { wall: (took * 1e6) / count, cpu: ((user + system) * 1e3) / count };
}

function medianOf(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Twice, with a turn of the event loop between: some things are let go of only in the next turn. */
async function collect() {
  for (let time = 0; time < 2; time++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
}
