import { describe, expect, test } from "vitest";
import { borneBy, fillIn, gapsOf, rowsOf, type TestTitle } from "../../scripts/check-otp.mjs";
import { read } from "./pages.js";

const page = [
  "| id | what holds | where |",
  "| --- | --- | --- |",
  "| P1 | Order | `actors/order` |",
  "| X1 | Nothing | [A section](otp.md#a-section) |",
  "",
  "| case | what must hold | where |",
  "| --- | --- | --- |",
  "| `start` | It starts | `actors/start` |",
  "| `start, timeout` | In time | open |",
].join("\n");
const guide = "# OTP\n\n## A section";
const tests: readonly TestTitle[] = [
  { file: "actors/order", title: "order > P1 what is sent first comes first" },
  { file: "actors/start", title: "starting · start" },
  { file: "actors/start", title: "start, timeout: it takes too long" },
];

describe("what a title bears", () => {
  const caseNames = ["start, timeout", "start", "tree"];

  test("ids at the beginning of it or of a group, and behind the dot", () => {
    expect(borneBy("S1 a group > P1 P2 a test · G3, L4", caseNames)).toEqual({
      ids: ["S1", "P1", "P2", "G3", "L4"],
      names: [],
      unknown: undefined,
    });
  });

  test("names behind the dot, the longest that fits, with a remark or without", () => {
    expect(borneBy("a test · start, timeout, tree (inner), start", caseNames).names).toEqual([
      "start, timeout",
      "tree",
      "start",
    ]);
  });

  test("its own name, up to a colon", () => {
    expect(borneBy("P1 start, timeout: of 5 s", caseNames).names).toEqual(["start, timeout"]);
    expect(borneBy("start waits for init", caseNames).names).toEqual([]);
  });

  test("nothing it knows behind the dot", () => {
    expect(borneBy("a test · tree, trees", caseNames).unknown).toBe("trees");
  });
});

describe("what is wrong", () => {
  test("nothing, when each row has its test or its section", () => {
    expect(gapsOf(fillIn(page, tests), guide, tests)).toEqual([]);
  });

  test("a row without a test", () => {
    expect(gapsOf(page, guide, tests.slice(1))).toContain("P1 has no test");
  });

  test("an id or a case that the page does not have", () => {
    const strangers = [
      { file: "actors/a", title: "P9 a test" },
      { file: "actors/a", title: "a test · stop" },
    ];

    expect(gapsOf(page, guide, [...tests, ...strangers])).toEqual(
      expect.arrayContaining([
        "actors/a bears P9, which is not on the page",
        'actors/a bears the case "stop", which is not on the page',
      ]),
    );
  });

  test("a file that does not bear what the page says it does", () => {
    expect(gapsOf(page.replace("actors/order", "actors/start"), guide, tests)).toContain(
      "P1 is said to be tested in actors/start, and is not",
    );
  });

  test("a section that is not there", () => {
    expect(gapsOf(page, "# OTP", tests)).toContain("X1 is said to stand in docs/otp.md#a-section, which is not there");
  });

  test("a row that stands there twice", () => {
    expect(gapsOf(`${page}\n| \`start\` | Again | \`actors/start\` |`, guide, tests)).toContain(
      "start stands on the page more than once",
    );
  });
});

test("the column is filled with the files that bear a row, and links are left alone", () => {
  const filled = fillIn(page, [...tests, { file: "actors/again", title: "P1 again" }]);

  expect(rowsOf(filled).map(({ where }) => where)).toEqual([
    "`actors/again`, `actors/order`",
    "[A section](otp.md#a-section)",
    "`actors/start`",
    "`actors/start`",
  ]);
});

test("docs/otp-contract.md has every statement once, and the sections it points to are there", () => {
  const contract = read("docs/otp-contract.md");
  const ids = rowsOf(contract).filter(({ kind }) => kind === "id");

  expect(ids).toHaveLength(69);
  expect(gapsOf(contract, read("docs/otp.md"), []).filter((gap) => /not there|more than once/.test(gap))).toEqual([]);
});
