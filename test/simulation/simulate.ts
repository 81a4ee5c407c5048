import { createHash } from "node:crypto";
import fc from "fast-check";
import { Coverage, type CoverageCounts } from "./coverage.js";
import { program } from "./program.js";
import { play } from "./run.js";

export interface SimulationOptions {
  readonly seed: number;
  readonly runs: number;
  /** Which of the seed's programs: what a failure's command says. */
  readonly path?: string | undefined;
  /** Whether a failing program is made as short as can be; default `true`. */
  readonly isShrunken?: boolean | undefined;
  /** Whether all logs are made and added up; default `false`, which is faster. */
  readonly isDigested?: boolean | undefined;
}

/** A program that shows something that was not promised, as short as it could be made. */
export interface Failure {
  readonly seed: number;
  readonly path: string;
  readonly violations: readonly string[];
  readonly program: string;
  readonly log: readonly string[];
}

export interface SimulationReport {
  readonly counts: CoverageCounts;
  readonly failure: Failure | undefined;
  /** Of all logs: the same for the same seed. */
  readonly digest: string | undefined;
}

/** How long a failing program may be shortened. Milliseconds of real time. */
const SHRINKING = 60_000;

/** Plays random programs, all of them drawn from one seed, until one fails. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { seed, runs, path, isShrunken = true, isDigested = false } = options;
  const hash = createHash("sha256");
  const coverage = new Coverage();
  let failedAt: number | undefined;
  const property = fc.asyncProperty(program, async (it) => {
    if (failedAt !== undefined && performance.now() - failedAt > SHRINKING) return;
    const outcome = await play(it, { isLogged: isDigested });
    if (isDigested) hash.update(outcome.log.join("\n"));
    if (outcome.violations.length > 0) {
      failedAt ??= performance.now();
      throw new Error(outcome.violations.join("\n"));
    }
    if (failedAt === undefined) coverage.add(outcome);
  });
  const replay = path === undefined ? {} : { path };
  const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: !isShrunken, ...replay });
  const failing = details.counterexample?.[0];
  const digest = isDigested ? hash.digest("hex") : undefined;
  if (failing === undefined) return { counts: coverage.counts, failure: undefined, digest };
  const { violations, log } = await play(failing, { isLogged: true });
  const text = describe(failing);
  const foundBy = details.counterexamplePath ?? "0";
  return { counts: coverage.counts, failure: { seed, path: foundBy, violations, program: text, log }, digest };
}

/** The program as text, without what was taken out of it. */
function describe({ settings, slots }: Parameters<typeof play>[0]): string {
  const lines = slots.filter((slot) => slot !== undefined).map((slot) => `  ${fc.stringify(slot)}`);
  return [`settings ${fc.stringify(settings)}`, ...lines].join("\n");
}
