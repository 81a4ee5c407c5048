/*
 * The measures, each as a function of `open`, which connects the client that is measured. It runs in a process that does
 * nothing else, after a warm-up that lets the compiler finish. CPU is that of all threads of this process, the server's
 * not included.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { memoryServer } from "./clients/memory-server.mjs";
import { medianOf } from "./statistics.mjs";

const SERVER = fileURLToPath(new URL("server.mjs", import.meta.url));
const STDIO = { kind: "stdio", command: process.execPath, args: [SERVER, "stdio"] };
const MB = 1_000_000;

export const RUNS = { calls, progress, heap, connectFirst, connectAgain, list, large, restart };

/** `tools/call`, as many at a time as `inFlight` says, on each of so many connections. */
async function calls(open, { wire, inFlight, calls: total, connections = 1 }) {
  const clients = [];
  for (let n = 0; n < connections; n++) clients.push(await open(await wireOf(wire), { inFlight, maxPending: 10_000 }));
  const call = (client) => client.call("echo", { text: "hello", n: 1 });
  const took = new Float64Array(total);
  await repeat(clients, inFlight, Math.max(total / 2, inFlight), call);
  const figures = await cost(() => repeat(clients, inFlight, total, call, took));
  took.sort();
  return {
    cpu: figures.cpu / total,
    perSecond: (total * 1e3) / figures.wall,
    p50: took[Math.floor(total / 2)] * 1e3,
    p99: took[Math.floor(total * 0.99)] * 1e3,
  };
}

/** As many progress notifications as the server can write, in one call. */
async function progress(open, { wire, count }) {
  const client = await open(await wireOf(wire));
  let delivered = 0;
  const follow = (updates) =>
    client.follow("progress", { count: updates }, () => {
      delivered++;
    });
  await follow(count / 10);
  delivered = 0;
  const figures = await cost(() => follow(count));
  // What comes after the result is late, but is not lost.
  await sleep(200);
  return { cpu: figures.cpu / count, perSecond: (count * 1e3) / figures.wall, lost: count - delivered };
}

/** What calls that are not answered hold. */
async function heap(open, { pending, isFollowed }) {
  const wire = await wireOf("memory");
  const client = await open(wire, { inFlight: 2 * pending, maxPending: 2 * pending });
  const begin = async (count) => {
    const { server } = wire;
    const expected = server.received + count;
    const begun = [];
    for (let n = 0; n < count; n++) {
      const args = { n };
      begun.push(isFollowed ? client.follow("hang", args, () => undefined) : client.call("hang", args));
      begun[n].catch(() => undefined);
    }
    while (server.received < expected) await sleep(1);
    return begun;
  };
  // What is compiled and made once is there before the count begins.
  const before = await begin(1_000);
  const start = await heapUsed();
  const begun = await begin(pending);
  const bytes = ((await heapUsed()) - start) / pending;
  if (before.length + begun.length !== pending + 1_000) throw new Error("Expected the calls to be kept");
  return { bytes };
}

/** Everything that has to be loaded, and the first connection. */
async function connectFirst(open) {
  return inMilliseconds(await cost(() => open(STDIO)));
}

/** Further connections of one process, each closed before the next. */
async function connectAgain(open, { times }) {
  const all = [];
  for (let time = -2; time < times; time++) {
    let client;
    const figures = await cost(async () => {
      client = await open(STDIO);
    });
    await client.close();
    if (time >= 0) all.push(figures);
  }
  return inMilliseconds({
    cpu: medianOf(all.map(({ cpu }) => cpu)),
    wall: medianOf(all.map(({ wall }) => wall)),
  });
}

async function list(open, { times }) {
  const client = await open(STDIO);
  const took = new Float64Array(times);
  const ask = () => client.list();
  await repeat([client], 1, 30, ask);
  const { cpu } = await cost(() => repeat([client], 1, times, ask, took));
  return { cpu: cpu / times, p50: medianOf([...took]) * 1e3 };
}

/** Messages of growing size, the last of them the figure; `growth` is how much more a byte of it costs than of the first. */
async function large(open, { sizes }) {
  const client = await open(STDIO);
  const costs = [];
  for (const megabytes of [1, ...sizes]) {
    const bytes = megabytes * MB;
    const { cpu } = await cost(async () => {
      const { content } = await client.call("large", { bytes });
      if (content[0].text.length !== bytes) throw new Error(`Expected ${bytes} characters`);
    });
    costs.push(cpu / megabytes);
  }
  return { cpu: (costs.at(-1) * sizes.at(-1)) / 1e3, growth: costs.at(-1) / costs[1] };
}

/** From the kill of the server to the answer of its successor. */
async function restart(open, { times, backoff }) {
  // Each kill is to be the first trouble of its life: ready for a moment, all is forgiven.
  const client = await open(STDIO, { backoff: { ...backoff, resetAfter: 10 } });
  const took = [];
  for (let time = -1; time < times; time++) {
    await sleep(100);
    const start = performance.now();
    process.kill(childOf(process.pid), "SIGKILL");
    // What goes out before the death is noticed is repeated: a ping does no harm.
    await client.ping();
    if (time >= 0) took.push(performance.now() - start);
  }
  return { wall: medianOf(took) };
}

/** The only child of a process. Linux keeps a list. */
function childOf(pid) {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
}

async function wireOf(kind) {
  if (kind === "memory") return { kind, server: memoryServer() };
  if (kind === "stdio") return STDIO;
  const server = spawn(process.execPath, [SERVER, "http"], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = await new Promise((resolve) =>
    server.stdout.once("data", (chunk) => resolve(String(chunk).split("\n"))),
  );
  return { kind, url: `http://127.0.0.1:${port}/mcp` };
}

/** Keeps `width` calls on each client under way until `total` have ended, and notes what each took. */
async function repeat(clients, width, total, call, took) {
  let begun = 0;
  const chain = async (client) => {
    while (begun < total) {
      const n = begun++;
      const start = performance.now();
      await call(client);
      if (took !== undefined) took[n] = performance.now() - start;
    }
  };
  await Promise.all(clients.flatMap((client) => Array.from({ length: width }, () => chain(client))));
}

/** Microseconds of CPU, and milliseconds by the wall clock. */
async function cost(run) {
  const start = performance.now();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { cpu: user + system, wall: performance.now() - start };
}

function inMilliseconds({ cpu, wall }) {
  return { cpu: cpu / 1e3, wall };
}

/** Twice, with a turn of the event loop between: some things are let go of only in the next turn. */
async function heapUsed() {
  for (let time = 0; time < 2; time++) {
    await sleep(20);
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}
