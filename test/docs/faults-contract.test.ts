import { describe, expect, test } from "vitest";
import {
  faultGaps,
  faultsIn,
  faultsOf,
  fillFaults,
  type TestSource,
  testSources,
  titlesIn,
} from "../../scripts/check-faults.mjs";
import { read } from "./pages.js";

const page = [
  "| fault | what a caller sees | where |",
  "| --- | --- | --- |",
  "| BOM | nothing | `real/bytes` |",
  "| `timeout: 0` | an error | `real/bytes`, `real/limits` |",
].join("\n");
const title = (text: string) => `test(${JSON.stringify(`FAULTS ${text}`)}, () => {});`;
const sources: readonly TestSource[] = [
  { file: "real/bytes", source: title("BOM · `timeout: 0`: no harm") },
  { file: "real/limits", source: title("`timeout: 0`") },
];

test("docs/faults.md and the titles of the tests agree: every fault has one against a real server", () => {
  const contract = read("docs/faults.md");

  expect(faultGaps(contract, testSources())).toEqual([]);
  expect(faultsOf(contract).length).toBeGreaterThanOrEqual(100);
});

describe("what a title bears", () => {
  const known = ["BOM", "`timeout: 0`", "a call", "a call longer"];

  test("stands behind the word, up to a colon, and may have colons of its own", () => {
    expect(faultsIn("`timeout: 0`: an error", known)).toEqual({ faults: ["`timeout: 0`"], unknown: undefined });
    expect(faultsIn("a call longer: lives · as it says", known).faults).toEqual(["a call longer"]);
    expect(faultsIn("BOM · a call", known).faults).toEqual(["BOM", "a call"]);
  });

  test("is not taken from words that only begin like it", () => {
    expect(faultsIn("BOMs: no harm", known).unknown).toBe("BOMs: no harm");
  });

  test("is found in quotes and backquotes, also below a table of cases", () => {
    expect(titlesIn('test("FAULTS BOM: a", f); test.each([1])(\n  `FAULTS it\'s "b"`,\n f)')).toEqual([
      "BOM: a",
      'it\'s "b"',
    ]);
  });
});

describe("what is wrong", () => {
  test("nothing, when page and titles agree", () => {
    expect(faultGaps(page, sources)).toEqual([]);
  });

  test("a fault without a test", () => {
    expect(faultGaps(`${page}\n| CRLF | nothing | open |`, sources)).toEqual(["CRLF has no test"]);
  });

  test("a fault whose tests have no real server", () => {
    expect(faultGaps(page, [{ file: "src/bytes", source: title("BOM") }, ...sources.slice(1)])).toContain(
      "BOM has no test with a real server",
    );
    const overHttp = `import "../support/http.js"; ${title("BOM")}`;
    expect(faultGaps(page, [{ file: "src/bytes", source: overHttp }, ...sources.slice(1)])).not.toContain(
      "BOM has no test with a real server",
    );
  });

  test("a fault that the page does not know, or knows twice", () => {
    expect(faultGaps(page, [...sources, { file: "real/a", source: title("BOMs: no harm") }])).toEqual([
      'real/a bears "BOMs: no harm", which is not on the page',
    ]);
    expect(faultGaps(`${page}\n| BOM | nothing | \`real/bytes\` |`, sources)).toEqual([
      "BOM stands on the page more than once",
    ]);
  });

  test("a test that is left out", () => {
    const source = `${title("BOM")} test.skip("later", () => {});`;
    expect(faultGaps(page, [...sources, { file: "real/a", source }])).toContain("real/a leaves out a test");
  });

  test("a column that names other files", () => {
    expect(faultGaps(page.replace(", `real/limits`", ""), sources)).toEqual([
      "`timeout: 0` is tested in `real/bytes`, `real/limits`, not in `real/bytes`: run with --write",
    ]);
  });
});

test("the column is filled with the files whose titles bear a fault", () => {
  const empty = page.replaceAll(/`real[^|]*`/g, "open");

  expect(fillFaults(empty, sources)).toBe(page);
});
