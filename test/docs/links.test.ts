import { existsSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";
import { absolute, pages, read } from "./pages.js";

test.each(pages)("the links of %s lead somewhere", (page) => {
  const broken = linksOf(page).filter((link) => !leadsSomewhere(page, link));

  expect(broken).toEqual([]);
});

/** Where a page links to, as written; pages of other sites left out. */
function linksOf(page: string): string[] {
  const prose = read(page).replace(/^```.*?^```$/gms, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(absolute(target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** What the headings of a page can be linked by, as GitHub makes it. */
function anchorsOf(page: string): string[] {
  const headings = read(page).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
