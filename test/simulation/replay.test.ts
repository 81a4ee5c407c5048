import fc from "fast-check";
import { expect, test } from "vitest";
import { FEWEST_OPERATIONS, program } from "./program.js";
import { play } from "./run.js";

const programs = fc.sample(program, { seed: 11, numRuns: 6 });

test.each(programs.map((it, index) => [index, it] as const))(
  "program %i played twice gives the same log, byte for byte",
  async (_, it) => {
    const first = await play(it, { isLogged: true });
    const second = await play(it, { isLogged: true });
    expect(first.log.length).toBeGreaterThan(50);
    expect(second.log.join("\n")).toBe(first.log.join("\n"));
    expect(second).toEqual(first);
  },
);

test("a program is played the same whether its log is wanted or not", async () => {
  for (const it of programs.slice(0, 2)) {
    const { log, ...logged } = await play(it, { isLogged: true });
    expect(await play(it)).toEqual({ ...logged, log: [] });
  }
});

test("another seed gives another log", async () => {
  const [it] = programs as [(typeof programs)[number]];
  const other = { ...it, settings: { ...it.settings, seed: it.settings.seed + 1 } };
  const [one, two] = [await play(it, { isLogged: true }), await play(other, { isLogged: true })];
  expect(two.log).not.toEqual(one.log);
});

test("every program has its operations", async () => {
  for (const { slots } of fc.sample(program, { seed: 12, numRuns: 50 })) {
    expect(slots.filter((slot) => slot !== undefined).length).toBeGreaterThanOrEqual(FEWEST_OPERATIONS);
  }
});

test("nothing is wrong with any of them", async () => {
  for (const it of programs) expect((await play(it)).violations).toEqual([]);
});
