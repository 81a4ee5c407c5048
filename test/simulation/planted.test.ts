import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("./planted/", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const patches = readdirSync(folder);

test("there are three bugs to plant", () => {
  expect(patches).toEqual(["callback-after-settlement.patch", "double-settle.patch", "lost-down.patch"]);
});

test.each(patches)("%s still fits the sources: `npm run simulate:planted` can put it in", (patch) => {
  expect(() => execFileSync("git", ["apply", "--check", `${folder}${patch}`], { cwd: root })).not.toThrow();
});
