import { describe, expect, test } from "vitest";
import { parseCommand } from "../../../src/cli/command.js";
import { usage } from "../../../src/cli/usage.js";

describe("the command line", () => {
  test.each([
    [["demo"], { type: "demo", isBundled: false }],
    [["demo", "--bundled"], { type: "demo", isBundled: true }],
    [["help"], { type: "help" }],
    [["demo", "-h"], { type: "help" }],
    [["--version"], { type: "version" }],
    [["-v", "demo"], { type: "version" }],
  ] as const)("reads %j", (args, command) => {
    expect(parseCommand(args)).toEqual(command);
  });

  test.each([
    [[], "Expected a command."],
    [["dance"], "Expected a command, got `dance`."],
    [["demo", "now", "please"], "Expected nothing after `demo`, got `now please`."],
    [["--loud"], "Unknown option '--loud'"],
  ])("says what is wrong with %j", (args, message) => {
    expect(parseCommand(args)).toEqual({ type: "wrong", message: expect.stringContaining(message) });
  });

  test("has a help that names its commands and options", () => {
    for (const word of ["demo", "--bundled", "--help", "--version"]) expect(usage).toContain(word);
  });
});
