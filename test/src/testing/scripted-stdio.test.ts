import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { Script, say, scriptedStdio } from "../../../src/testing/index.js";

test("a scripted server over stdio is this Node, the kit's program, and the script", () => {
  const script = new Script().tool("hello", say("hello".repeat(1_000)));

  const { command, args = [], stderr } = scriptedStdio(script, { stderr: "inherit" });

  expect(command).toBe(process.execPath);
  expect(args[0]).toMatch(/scripted-stdio-main\.js$/);
  expect(JSON.parse(inflateSync(Buffer.from(`${args[1]}`, "base64")).toString())).toEqual(
    JSON.parse(JSON.stringify(script.data)),
  );
  expect(`${args[1]}`.length).toBeLessThan(1_000);
  expect(stderr).toBe("inherit");
});
