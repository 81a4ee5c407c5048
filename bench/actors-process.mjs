/*
 * caduceus, a bare process: a behaviour with nothing but `receive`. It is spawned without waiting, ended by an exit
 * signal, and its end awaited. It takes no calls, which are a server's.
 */
import { Runtime, spawn } from "../dist/actors/index.js";
import { measure } from "./actors-measure.mjs";

class Counter {
  #count = 0;

  receive({ payload }) {
    if (typeof payload === "function") payload();
    else this.#count += payload;
  }
}

const counter = { label: "counter", type: "worker", create: () => new Counter() };
const runtime = new Runtime();
const one = spawn(runtime, counter);

/** A process that has handled a message has started. */
const started = (process) => new Promise((resolve) => process.send(resolve));

async function start(count) {
  const processes = Array.from({ length: count }, () => spawn(runtime, counter));
  await started(processes[count - 1]);
  return processes;
}

await measure({
  idle: start,
  async spawn(count) {
    const processes = await start(count);
    for (const process of processes) process.exit("shutdown");
    await Promise.all(processes.map((process) => process.exited));
  },
  send(count) {
    for (let i = 0; i < count; i++) one.send(1);
    return started(one);
  },
});
