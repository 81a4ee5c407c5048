/*
 * caduceus, a server: `start` waits for `init`, `stop` for `terminate` and the end; a call checks that its server lives
 * and hears of its end.
 */
import { noreply, Runtime, reply, server } from "../dist/actors/index.js";
import { measure } from "./actors-measure.mjs";

const counter = server("counter")({
  init: (start) => start,
  calls: { add: (n, count) => reply(count + n, count + n) },
  casts: {
    add: (n, count) => noreply(count + n),
    tell: (told, count) => {
      told();
      return noreply(count);
    },
  },
});

const runtime = new Runtime();
const one = await runtime.start(counter, 0);
const unlimited = { timeout: Number.POSITIVE_INFINITY };

const start = (count) => Promise.all(Array.from({ length: count }, () => runtime.start(counter, 0)));

await measure({
  idle: start,
  async spawn(count) {
    const refs = await start(count);
    await Promise.all(refs.map((ref) => ref.stop()));
  },
  send(count) {
    for (let i = 0; i < count; i++) one.cast("add", 1);
    return new Promise((resolve) => one.cast("tell", resolve));
  },
  async call(count) {
    for (let i = 0; i < count; i++) await one.call("add", 1);
  },
  async callUnlimited(count) {
    for (let i = 0; i < count; i++) await one.call("add", 1, unlimited);
  },
  callTogether: (count) => Promise.all(Array.from({ length: count }, () => one.call("add", 1))),
});
