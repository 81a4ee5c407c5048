import {
  drawTree,
  type From,
  noreply,
  type Outcome,
  Runtime,
  reply,
  type Self,
  type ServerRef,
  server,
} from "caduceus/actors";
import { child, type DynamicSupervisorRef, dynamicSupervisor, supervisor } from "caduceus/supervisors";

// A worker does one job at a time, and may break over it.
interface Worker {
  calls: { root(n: number): number };
}
const worker = server<Worker>("worker")({
  init: () => 0,
  calls: {
    root(n, jobs) {
      if (n < 0) throw new RangeError(`No root of ${n}`);
      return reply(Math.sqrt(n), jobs + 1);
    },
  },
  casts: {},
});

// The pool hands out jobs. It never waits for a worker: what comes of a job is mail to it.
interface Pool {
  calls: { root(n: number): Outcome<number> };
  info: Done;
}
interface Job {
  readonly n: number;
  readonly from: From;
}
interface Done {
  readonly type: "done";
  readonly worker: ServerRef<Worker>;
  readonly job: Job;
  readonly outcome: Outcome<number>;
}
interface State {
  readonly idle: ServerRef<Worker>[];
  readonly jobs: Job[];
}

const pool = server<Pool>("pool")({
  async init(size: number, self): Promise<State> {
    const idle: ServerRef<Worker>[] = [];
    while (idle.length < size) idle.push(await hire(self));
    return { idle, jobs: [] };
  },
  calls: {
    root(n, state, self, from) {
      state.jobs.push({ n, from });
      return assign(state, self); // no reply yet: `from` is the caller's address, and is answered when the job is done
    },
  },
  casts: {},
  async info(message, state, self) {
    if (message.type === "done") {
      message.job.from.reply(message.outcome);
      if (message.worker.alive) state.idle.push(message.worker);
    } else if (message.type === "DOWN") {
      state.idle.push(await hire(self));
    }
    return assign(state, self);
  },
});

/** Gives the oldest jobs to the workers that are idle. */
function assign(state: State, self: Self<Done>) {
  for (const worker of state.idle.splice(0, state.jobs.length)) {
    const job = state.jobs.shift() as Job;
    self.pipe(worker.call("root", job.n), (outcome) => ({ type: "done", worker, job, outcome }));
  }
  return noreply(state);
}

/** A new worker, of whose end the pool will hear. */
async function hire(self: Self<Done>): Promise<ServerRef<Worker>> {
  const workers = self.runtime.whereis("workers") as DynamicSupervisorRef;
  const started = await workers.startChild(child("worker", worker, undefined, { restart: "temporary" }));
  if (started.status !== "ok") throw new Error(`Expected a worker to start, got ${started.status}`);
  self.monitor(started.process);
  return started.process;
}

await using runtime = new Runtime({ onCrash: ({ process }) => console.log(`a ${process.label} crashed`) });

// Without its workers a pool is nothing: when their supervisor ends, the pool starts again with it.
await runtime.start(
  supervisor("office", {
    strategy: "rest_for_one",
    children: [
      child("workers", dynamicSupervisor("workers"), undefined, { name: "workers" }),
      child("pool", pool, 2, { name: "pool" }),
    ],
  }),
);
const office = runtime.whereis("pool") as ServerRef<Pool>;

const outcomes = await Promise.all([4, 9, -1, 16, 25].map((n) => office.call("root", n)));
console.log(outcomes.map((outcome) => (outcome.ok ? outcome.value : "failed")).join(", "));
console.log(drawTree(runtime.tree()));
