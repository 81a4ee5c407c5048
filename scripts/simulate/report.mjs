/** What runs have shown, in numbers. */

const GROUPS = [
  ["faults", "Faults by kind"],
  ["codes", "Errors by code; none of them is out of reach"],
  ["steps", "States of the connection's machine × what they take"],
];

/** The counts of several shares as one. */
export function merged(all) {
  const sum = (name) => all.reduce((before, counts) => before + counts[name], 0);
  const group = (name) => {
    const total = {};
    for (const counts of all) {
      for (const [key, times] of Object.entries(counts[name])) total[key] = (total[key] ?? 0) + times;
    }
    return total;
  };
  return {
    runs: sum("runs"),
    operations: sum("operations"),
    answered: sum("answered"),
    fewestOperations: Math.min(...all.map(({ fewestOperations }) => fewestOperations ?? Number.POSITIVE_INFINITY)),
    faults: group("faults"),
    codes: group("codes"),
    steps: group("steps"),
  };
}

/** What was seen less often than it must be, with how often. */
export function missing(counts, fewest) {
  return GROUPS.flatMap(([name]) => Object.entries(counts[name]).filter(([, times]) => times < fewest));
}

export function showReport(counts, seconds, fewest) {
  const { runs, operations, answered, fewestOperations } = counts;
  const pace = (runs / seconds).toFixed(0);
  console.log(`${runs} runs in ${seconds.toFixed(1)} s (${pace}/s), nothing wrong`);
  console.log(`${operations} operations, ${answered} of them answered, at least ${fewestOperations} in each run`);
  for (const [name, title] of GROUPS) {
    console.log(`\n${title}:`);
    const sorted = Object.entries(counts[name]).sort(([, a], [, b]) => b - a);
    for (const [key, times] of sorted) console.log(`${String(times).padStart(9)}  ${key}`);
  }
  const seldom = missing(counts, fewest);
  console.log(`\nEach at least ${fewest} times: ${seldom.length === 0 ? "yes" : "no"}`);
  for (const [key, times] of seldom) console.log(`Expected at least ${fewest} times ${key}, got ${times}`);
}

/** `runs`: how many were good before. */
export function showFailure({ seed, path, violations, program, log }, runs) {
  const found = runs === undefined ? "" : `, found after ${runs} good runs`;
  console.log(`Wrong${found}:`);
  for (const violation of violations) console.log(`  ${violation}`);
  console.log(`\nThe shortest program that shows it, with seed ${seed}:\n${program}\n\nWhat happened:`);
  for (const line of log) console.log(line);
  console.log(`\nAgain: npm run simulate -- --seed ${seed} --path ${path}`);
}
