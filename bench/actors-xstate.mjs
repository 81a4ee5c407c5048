/*
 * xstate: an actor of transition logic, its lightest kind that has a state, as a root; children of one parent would cost
 * a copy of the parent's list of children each. It has no mailbox that waits: `send` runs the receiver on the sender's
 * stack. Nor has it calls: an event brings a function to be called with the answer, without a limit.
 */
import { createActor, fromTransition } from "xstate";
import { measure } from "./actors-measure.mjs";

const counter = fromTransition((count, event) => {
  if (event.type === "tell") event.told();
  if (event.answer !== undefined) event.answer(count + event.n);
  return event.type === "add" ? count + event.n : count;
}, 0);

const one = createActor(counter).start();
const call = () => new Promise((answer) => one.send({ type: "add", n: 1, answer }));
const start = (count) => Array.from({ length: count }, () => createActor(counter).start());

await measure({
  idle: start,
  async spawn(count) {
    for (const actor of start(count)) actor.stop();
  },
  send(count) {
    for (let i = 0; i < count; i++) one.send({ type: "add", n: 1 });
    return new Promise((told) => one.send({ type: "tell", told }));
  },
  async callUnlimited(count) {
    for (let i = 0; i < count; i++) await call();
  },
});
