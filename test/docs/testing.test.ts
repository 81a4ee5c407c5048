import * as testing from "caduceus/testing";
import { expect, test } from "vitest";
import { codeBlocks, names, read, table } from "./pages.js";

const page = "docs/testing.md";

test("the table of the testing kit has every function of it", () => {
  const cells = table(page, "name", "what it does").map((row) => row.join(" "));
  const documented = new Set([...cells.join(" ").matchAll(/`(?:new )?(\w+)[(.]/g)].map(([, name = ""]) => name));

  expect(Object.keys(testing).filter((name) => !documented.has(name))).toEqual([]);
});

test("the table of fixtures has every fixture, and no other", () => {
  const source = read("src/testing/vitest.ts");
  const [, declared = ""] = /^export interface Fixtures \{\n(.*?)^\}$/ms.exec(source) ?? [];
  const fixtures = [...declared.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name = ""]) => name);

  expect(fixtures.length).toBeGreaterThan(5);
  expect(names(table(page, "fixture", "what it is")).sort()).toEqual(fixtures.sort());
});

test("the record that is shown is the one that an example expects", () => {
  const [shown] = codeBlocks(page).filter(({ language }) => language === "text");

  expect(read("docs/examples/testing-kit.test.ts")).toContain(shown?.text.trimEnd());
});
