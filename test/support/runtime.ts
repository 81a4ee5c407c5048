export { randomFrom, type TestRuntime, testRuntime } from "../../src/testing/test-runtime.js";

/** The orders a suite runs under: the fair one, then as many random ones as the variable `SEEDS` says (default 5). */
export const seeds: readonly (number | undefined)[] = [
  undefined,
  ...Array.from({ length: Number(process.env.SEEDS ?? 5) }, (_, index) => index + 1),
];
