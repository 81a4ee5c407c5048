// What a soak has seen, in memory that does not grow with it.
import { createHistogram } from "node:perf_hooks";

export class Report {
  #operations = 0;
  #byKind = new Map();
  #byCode = new Map();
  /** In microseconds: a histogram counts whole numbers. */
  #latencies = createHistogram();
  findings = [];

  settled(kind, code, took) {
    this.#operations++;
    this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
    this.#byCode.set(code, (this.#byCode.get(code) ?? 0) + 1);
    if (code === "ok") this.#latencies.record(Math.max(1, Math.round(took * 1_000)));
  }

  /** Something that must not be. */
  finding(text) {
    if (this.findings.length < 50) this.findings.push(text);
  }

  get operations() {
    return this.#operations;
  }

  lines() {
    const at = (percentile) =>
      this.#latencies.count === 0 ? "–" : (this.#latencies.percentile(percentile) / 1_000).toFixed(1);
    return [
      `operations   ${this.#operations}`,
      `outcomes     ${listed(this.#byCode)}`,
      `kinds        ${listed(this.#byKind)}`,
      `latency      p50 ${at(50)} ms, p95 ${at(95)} ms, p99 ${at(99)} ms, of those that succeeded`,
    ];
  }
}

function listed(counts) {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
