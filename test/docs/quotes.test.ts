import { expect, test } from "vitest";
import { codeBlocks, pages, read } from "./pages.js";

const blocks = pages.flatMap((page) => codeBlocks(page).map((block) => ({ page, ...block })));
const typescript = blocks.filter(({ language }) => language === "ts");

test("the pages have code to check", () => {
  expect(typescript.length).toBeGreaterThan(10);
});

test.each(typescript)("a TypeScript block of $page is quoted from $example, word for word", ({ text, example }) => {
  if (example === undefined) throw new Error(`Expected <!-- example: docs/examples/….ts --> above\n${text}`);
  expect(read(example)).toContain(text);
});

test.each(["first-steps", "supervised"])("README.md has all of %s.ts", (name) => {
  const example = `docs/examples/${name}.ts`;

  const quoted = typescript.find((block) => block.page === "README.md" && block.example === example);

  expect(quoted?.text).toBe(read(example));
});
