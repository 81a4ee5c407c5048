import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter } from "../../../src/transport/lines.js";

/** The lines of these chunks, the rest at the end included. */
function linesOf(chunks: readonly Buffer[]): string[] {
  const splitter = new LineSplitter();
  const lines: string[] = [];
  for (const chunk of chunks) splitter.push(chunk, (line) => lines.push(line));
  splitter.end((line) => lines.push(line));
  return lines;
}

const bytesOf = (text: string): Buffer[] => [...Buffer.from(text)].map((byte) => Buffer.from([byte]));

describe("LineSplitter", () => {
  test("M23 cuts 1-byte chunks as it cuts one chunk", () => {
    const text = '{"a":1}\n{"b":"ä€😀"}\r\n{"c":3}\n';

    expect(linesOf(bytesOf(text))).toEqual(['{"a":1}', '{"b":"ä€😀"}', '{"c":3}']);
    expect(linesOf([Buffer.from(text)])).toEqual(linesOf(bytesOf(text)));
  });

  test("M23 gives 100 lines of one chunk, in order", () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);

    expect(linesOf([Buffer.from(`${lines.join("\n")}\n`)])).toEqual(lines);
  });

  test("gives a line as soon as its line break is there, not before", () => {
    const splitter = new LineSplitter();
    const lines: string[] = [];
    const take = (line: string) => lines.push(line);

    splitter.push(Buffer.from("half"), take);
    expect(lines).toEqual([]);
    splitter.push(Buffer.from(" a line\nnext"), take);
    expect(lines).toEqual(["half a line"]);
  });

  test("gives the rest without a line break at the end, once", () => {
    const splitter = new LineSplitter();
    const lines: string[] = [];
    const take = (line: string) => lines.push(line);

    splitter.push(Buffer.from("one\ntwo"), take);
    splitter.end(take);
    splitter.end(take);

    expect(lines).toEqual(["one", "two"]);
  });

  test("takes CRLF for a line break, also cut between CR and LF", () => {
    expect(linesOf([Buffer.from("one\r\ntwo\r"), Buffer.from("\nthree\r\n")])).toEqual(["one", "two", "three"]);
  });

  test("keeps a CR that is not at the end of a line", () => {
    expect(linesOf([Buffer.from("one\rstill one\n")])).toEqual(["one\rstill one"]);
  });

  test("drops a byte order mark, also cut in the middle", () => {
    const bytes = Buffer.from("\uFEFF{}\n");

    expect(linesOf([bytes])).toEqual(["{}"]);
    expect(linesOf([bytes.subarray(0, 1), bytes.subarray(1, 2), bytes.subarray(2)])).toEqual(["{}"]);
  });

  test("leaves blank lines out, those of white space too", () => {
    expect(linesOf([Buffer.from("\n\r\n   \none\n\t\n\ntwo\n")])).toEqual(["one", "two"]);
  });

  test("half a character at the end of the stream is a replacement character, not a hang", () => {
    expect(linesOf([Buffer.from([0x61, 0xe2, 0x82])])).toEqual(["a\uFFFD"]);
  });

  test("keeps a NUL as what it is: a character that is no JSON", () => {
    expect(linesOf([Buffer.from("\u0000\n{}\u0000\n")])).toEqual(["\u0000", "{}\u0000"]);
  });

  test("half a character in the middle of a line costs this line only", () => {
    expect(linesOf([Buffer.from([0x61, 0xe2, 0x82, 0x0a]), Buffer.from('{"b":"€"}\n')])).toEqual([
      "a\uFFFD",
      '{"b":"€"}',
    ]);
  });

  // Making strings of every character is slow on a busy machine.
  test("does not depend on how the bytes are cut", { timeout: 30_000 }, () => {
    const line = fc.string({ unit: "binary" }).map((text) => text.replaceAll(/[\r\n\uFEFF]/g, ""));
    const cuts = fc.array(fc.nat(40), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), cuts, (lines, sizes) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(""));
        const chunks: Buffer[] = [];
        let start = 0;
        for (const size of sizes) {
          chunks.push(bytes.subarray(start, start + size));
          start += size;
        }
        chunks.push(bytes.subarray(start));
        expect(linesOf(chunks)).toEqual(linesOf([bytes]));
      }),
    );
  });

  // Again if it fails: a busy machine can cost one run more, a quadratic cost fails every one.
  test("takes about twice the time for twice the bytes of one line", { retry: 3 }, () => {
    const chunk = Buffer.alloc(4 * 1024, "x");
    const measure = (megabytes: number): number => {
      const splitter = new LineSplitter();
      let length = 0;
      const start = performance.now();
      for (let left = megabytes * 256; left > 0; left--) splitter.push(chunk, () => undefined);
      splitter.push(Buffer.from("\n"), (line) => {
        length = line.length;
      });
      const took = performance.now() - start;
      expect(length).toBe(megabytes * 1024 * 1024);
      return took;
    };
    measure(8);
    const best = (megabytes: number) => Math.min(...Array.from({ length: 5 }, () => measure(megabytes)));

    // Quadratic would be four times.
    expect(best(16) / best(8)).toBeLessThan(3.3);
  });
});
