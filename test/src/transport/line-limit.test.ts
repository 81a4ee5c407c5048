import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Envelope } from "../../../src/transport/id-scanner.js";
import { LineSplitter } from "../../../src/transport/lines.js";

/** What comes of these chunks under a limit, in order. */
function split(bytes: number, chunks: readonly (Buffer | string)[]): (string | Envelope)[] {
  const seen: (string | Envelope)[] = [];
  const splitter = new LineSplitter({ bytes, onTooLarge: (envelope) => seen.push(envelope) });
  const take = (line: string) => seen.push(line);
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as string), take);
  splitter.end(take);
  return seen;
}

const message = (id: number, filler: number) => JSON.stringify({ result: "x".repeat(filler), id });

describe("LineSplitter with a limit", () => {
  test("a line of just so many bytes is given, one byte more is too large", () => {
    expect(split(10, ["0123456789\n", "0123456789a\n", "next\n"])).toEqual(["0123456789", "next"]);
    expect(split(10, ["0123456789"])).toEqual(["0123456789"]);
  });

  test("bytes count, not characters", () => {
    expect(split(10, ["äääää\n", "äääääa\n"])).toEqual(["äääää"]);
  });

  test("tells the id of what was too large in its place, whatever stands before and behind it in the chunk", () => {
    const text = `${message(1, 5)}\n${message(2, 500)}\n\n${message(3, 5)}\n${message(4, 500)}\n`;
    const id = (value: number) => ({ id: value, method: undefined });
    const expected = [message(1, 5), id(2), message(3, 5), id(4)];

    expect(split(100, [text])).toEqual(expected);
    expect(
      split(
        100,
        [...Buffer.from(text)].map((byte) => Buffer.from([byte])),
      ),
    ).toEqual(expected);
  });

  test("does not depend on how the bytes are cut", () => {
    const sizes = fc.array(fc.nat(60), { minLength: 1, maxLength: 10 });
    const cuts = fc.array(fc.nat(50), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, cuts, (fillers, lengths) => {
        const bytes = Buffer.from(fillers.map((filler, index) => `${message(index, filler)}\n`).join(""));
        const chunks: Buffer[] = [];
        let start = 0;
        for (const length of lengths) {
          chunks.push(bytes.subarray(start, start + length));
          start += length;
        }
        const expected = fillers.map((filler, index) => {
          const line = message(index, filler);
          return line.length > 50 ? { id: index, method: undefined } : line;
        });
        expect(split(50, [...chunks, bytes.subarray(start)])).toEqual(expected);
      }),
    );
  });

  test("a line without an end is dropped with the stream", () => {
    expect(split(10, ['{"id":1,"result":"', "x".repeat(100)])).toEqual([]);
  });
});
