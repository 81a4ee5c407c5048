/*
 * nact: a stateful actor below the system. `spawn` has started it when it returns; `stop` runs `afterStop` a turn later,
 * which is waited for once per batch. `query` always has a limit. Each message costs a turn of the event loop.
 */
import { dispatch, query, spawn, start, stop } from "nact";
import { measure } from "./actors-measure.mjs";

const counter = (count = 0, { n, told, sender }) => {
  if (told !== undefined) told();
  if (n === undefined) return count;
  if (sender !== undefined) dispatch(sender, count + n);
  return count + n;
};

const system = start();
const one = spawn(system, counter);
const call = () => query(one, (sender) => ({ n: 1, sender }), 5_000);

let last = 0;
const begin = (count) => Array.from({ length: count }, () => spawn(system, counter, `counter-${last++}`));

await measure({
  idle: begin,
  async spawn(count) {
    for (const actor of begin(count)) stop(actor);
    await new Promise((resolve) => setImmediate(resolve));
  },
  send(count) {
    for (let i = 0; i < count; i++) dispatch(one, { n: 1 });
    return new Promise((told) => dispatch(one, { told }));
  },
  async call(count) {
    for (let i = 0; i < count; i++) await call();
  },
  // Of a hundred reply addresses two may have the same random number; then one of them is not answered, and times out.
  callTogether: (count) => Promise.all(Array.from({ length: count }, call)).catch(() => {}),
});
