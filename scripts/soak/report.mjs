// What a soak has seen.

export class Report {
  #operations = 0;
  #byKind = new Map();
  #byCode = new Map();
  #latencies = [];
  findings = [];

  settled(kind, code, took) {
    this.#operations++;
    this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
    this.#byCode.set(code, (this.#byCode.get(code) ?? 0) + 1);
    if (code === "ok") this.#latencies.push(took);
  }

  /** Something that must not be. */
  finding(text) {
    if (this.findings.length < 50) this.findings.push(text);
  }

  get operations() {
    return this.#operations;
  }

  lines() {
    const sorted = this.#latencies.sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1) ?? "–";
    return [
      `operations   ${this.#operations}`,
      `outcomes     ${listed(this.#byCode)}`,
      `kinds        ${listed(this.#byKind)}`,
      `latency      p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, of those that succeeded`,
    ];
  }
}

function listed(counts) {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
