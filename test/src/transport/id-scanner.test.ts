import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Envelope, IdScanner } from "../../../src/transport/id-scanner.js";

/** What a scanner finds in a text, cut after these numbers of bytes. */
function scan(text: string, sizes: readonly number[] = []): Envelope[] {
  const found: Envelope[] = [];
  const scanner = new IdScanner((envelope) => found.push(envelope));
  const bytes = Buffer.from(text);
  let start = 0;
  for (const size of sizes) {
    scanner.push(bytes.subarray(start, start + size));
    start += size;
  }
  scanner.push(bytes.subarray(start));
  return found;
}

/** What `JSON.parse` says of it. */
function parsed(text: string): Envelope[] {
  const value: unknown = JSON.parse(text);
  const isObject = (each: unknown) => typeof each === "object" && each !== null && !Array.isArray(each);
  return (Array.isArray(value) ? value : [value]).filter(isObject).map(({ id, method }) => ({
    id: typeof id === "string" || typeof id === "number" ? id : undefined,
    method: typeof method === "string" ? method : undefined,
  }));
}

const key = fc.oneof(fc.constantFrom("id", "method", "result", "i", "idd", "\u0000id", 'i"d', "ï"), fc.string());
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1.5e-7, 1e21, "", "id", '\\"', "{[,:]}", "\\", "😀ä€", "\u2028"),
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("tree")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const cuts = fc.array(fc.nat(9), { maxLength: 60 });
const indents = fc.constantFrom(undefined, 1, "\t", "\r");

/** The same JSON in other letters: each of a string's characters may be written as an escape. */
const escaped = (json: string): string =>
  json.replaceAll(/"((?:[^"\\]|\\.)*)"/g, (whole) =>
    whole.includes("\\") ? whole : whole.replaceAll(/[a-z]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  );

describe("IdScanner", () => {
  test("finds what JSON.parse finds, however the bytes are cut", () => {
    fc.assert(
      fc.property(tree, cuts, indents, (value, sizes, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(scan(text, sizes)).toEqual(parsed(text));
      }),
      { numRuns: 500 },
    );
  });

  test("finds keys that are written with escapes", () => {
    fc.assert(
      fc.property(tree, cuts, (value, sizes) => {
        const text = escaped(JSON.stringify(value));
        expect(scan(text, sizes)).toEqual(parsed(text));
      }),
      { numRuns: 200 },
    );
  });

  test("finds an id that stands behind a result which is full of other ids", () => {
    const result = { id: 1, list: [{ id: 2 }, '"id":3', "\\"], method: "no" };

    expect(scan(JSON.stringify({ jsonrpc: "2.0", result, id: 17 }))).toEqual([{ id: 17, method: undefined }]);
  });

  test("takes the last of two ids, as JSON.parse does", () => {
    expect(scan('{"id":1,"result":{},"id":"two"}')).toEqual([{ id: "two", method: undefined }]);
    expect(scan('{"id":1,"result":{},"id":null}')).toEqual([{ id: undefined, method: undefined }]);
  });

  test("tells requests and notifications by their method", () => {
    expect(scan('{"id":"a","method":"roots/list"}')).toEqual([{ id: "a", method: "roots/list" }]);
    expect(scan('{"params":{"method":"x"},"method":"notifications/message"}')).toEqual([
      { id: undefined, method: "notifications/message" },
    ]);
  });

  test("finds every message of a batch", () => {
    expect(scan('[{"id":1,"result":[{"id":9}]},7,[{"id":8}],{"method":"m"},{"id":"x","error":{}}]')).toEqual([
      { id: 1, method: undefined },
      { id: undefined, method: "m" },
      { id: "x", method: undefined },
    ]);
  });

  test("does not mind a byte order mark, white space without end, or a line break of two characters", () => {
    expect(scan(`\uFEFF {${" ".repeat(5_000)}"id"${" ".repeat(5_000)}:${" ".repeat(5_000)}5 }\r`)).toEqual([
      { id: 5, method: undefined },
    ]);
  });

  test("an id or a method that is too long is none", () => {
    const long = "x".repeat(2_000);

    expect(scan(JSON.stringify({ id: long, method: long }))).toEqual([{ id: undefined, method: undefined }]);
    expect(scan(JSON.stringify({ [long]: 1, id: 3 }))).toEqual([{ id: 3, method: undefined }]);
  });

  test("survives every garbage", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => new IdScanner(() => undefined).push(bytes)));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1id') }), (text) => {
        for (const { id, method } of scan(text)) {
          expect(["string", "number", "undefined"]).toContain(typeof id);
          expect(["string", "undefined"]).toContain(typeof method);
        }
      }),
    );
  });

  test("half a message is none", () => {
    expect(scan('{"id":1,"result":"')).toEqual([]);
  });
});
