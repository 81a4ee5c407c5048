import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RawSent } from "./wire-source.mjs";

/** Where programs write down what they send. */
const record = join(tmpdir(), `sent-${randomUUID()}`);
const recorder = new URL("./wire-recorder.mjs", import.meta.url);
recorder.searchParams.set("to", record);

/** Has every Node program that is started from now on write down what it sends. */
export function recordPrograms(): void {
  // A worker may have run another file's tests before.
  const others = (process.env.NODE_OPTIONS ?? "").replace(/--import=\S*wire-recorder\S*/g, "").trim();
  process.env.NODE_OPTIONS = `${others} --import=${recorder.href}`.trim();
}

/** What programs have sent since the last time. */
export function takeFromPrograms(): RawSent[] {
  if (!existsSync(record)) return [];
  const text = readFileSync(record, "utf8");
  return text
    .split("\n")
    .slice(taken, -1)
    .map((line) => {
      taken++;
      return JSON.parse(line) as RawSent;
    });
}

let taken = 0;

/** Nothing is left of it. */
export function endRecord(): void {
  rmSync(record, { force: true });
  taken = 0;
}
