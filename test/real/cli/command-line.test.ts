import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { caduceus } from "./caduceus.js";

const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

test.each(["help", "--help", "-h"])("caduceus %s tells what there is", async (argument) => {
  const { code, stdout, stderr } = await caduceus(argument);

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Usage: caduceus <command>\n/);
  expect(stdout).toMatch(/\n {2}demo /);
});

test.each(["--version", "-v"])("caduceus %s is the package's version", async (argument) => {
  expect(await caduceus(argument)).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

describe("what it does not understand is an error with the usage", () => {
  test.each([
    { args: [], message: "Expected a command." },
    { args: ["dance"], message: "Expected a command, got `dance`." },
    { args: ["demo", "now"], message: "Expected nothing after `demo`, got `now`." },
    { args: ["demo", "--loud"], message: "Unknown option '--loud'." },
  ])("caduceus $args", async ({ args, message }) => {
    const { code, stdout, stderr } = await caduceus(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain("\n\nUsage: caduceus <command>\n");
  });
});
