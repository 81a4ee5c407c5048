/** Runs before every test file when mutants are tested. */
import fc from "fast-check";
import { beforeEach } from "vitest";

/** Floods, random programs, a process of its own: as long as a hundred others each, and what they reach those reach too. */
const LEFT_OUT = [
  "a thousand tasks wait without a slot, and others are answered at once",
  "no value that a server may send makes a defect, or an answer of what is none",
  "killed while it ends in order, it ends all the same, and prints nothing",
  "100,000 updates to a slow callback: the newest are kept",
  "one AbortSignal on 1,000 calls: all end, and 0 listeners are left",
  "10,000 leave from the middle as fast as from the end",
  "a batch of 10,000 is worked off",
  "operations of any timing go in the order they were called",
];

// A mutant is found in every run or in none.
fc.configureGlobal({ seed: 1 });

beforeEach((context) => {
  if (LEFT_OUT.includes(context.task.name)) context.skip();
});
