import { describe, expect, test } from "vitest";
import { StderrRing } from "../../../src/transport/stderr-ring.js";

describe("StderrRing", () => {
  test("keeps the last 50 lines", () => {
    const ring = new StderrRing();
    for (let index = 0; index < 200; index++) ring.push(Buffer.from(`line ${index}\n`));

    expect(ring.lines).toHaveLength(50);
    expect(ring.lines[0]).toBe("line 150");
    expect(ring.lines.at(-1)).toBe("line 199");
  });

  test("cuts a long line at 2,000 characters", () => {
    const ring = new StderrRing();
    ring.push(Buffer.from(`${"x".repeat(5_000)}\n`));

    expect(ring.lines).toEqual([`${"x".repeat(2_000)}…`]);
  });

  test("takes 64 KiB without a line break for a line, so that nothing piles up", () => {
    const ring = new StderrRing();
    for (let index = 0; index < 100; index++) ring.push(Buffer.alloc(4 * 1024, "x"));

    expect(ring.lines.length).toBeGreaterThanOrEqual(5);
    expect(ring.lines.every((line) => line.length === 2_001)).toBe(true);
  });

  test("tells every line to whoever listens", () => {
    const heard: string[] = [];
    const ring = new StderrRing((line) => heard.push(line));
    ring.push(Buffer.from("one\ntw"));
    ring.push(Buffer.from("o\n"));

    expect(heard).toEqual(["one", "two"]);
  });

  test("gives what stands without a line break when the stream has ended", () => {
    const ring = new StderrRing();
    ring.push(Buffer.from("last words"));
    expect(ring.lines).toEqual([]);
    ring.end();
    expect(ring.lines).toEqual(["last words"]);
  });

  test("gives a copy, which does not change", () => {
    const ring = new StderrRing();
    ring.push(Buffer.from("one\n"));
    const { lines } = ring;
    ring.push(Buffer.from("two\n"));

    expect(lines).toEqual(["one"]);
  });
});
