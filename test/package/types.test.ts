import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Consumer } from "./consumer.js";

const run = promisify(execFile);
const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
const fixtures = fileURLToPath(new URL("./fixtures/", import.meta.url));

let consumer: Consumer;
beforeAll(async () => {
  consumer = await Consumer.create();
  await cp(fixtures, consumer.path("."), { recursive: true });
});
afterAll(() => consumer[Symbol.asyncDispose]());

const node16 = { module: "node16", moduleResolution: "node16" };
const bundler = { module: "esnext", moduleResolution: "bundler" };

/** Compiles files of the consumer's; resolves with what the compiler says. */
async function compile(name: string, options: object, ...files: readonly string[]): Promise<string> {
  const compilerOptions = {
    target: "es2022",
    lib: ["es2022", "esnext.disposable"],
    types: ["node"],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    rootDir: ".",
    ...options,
  };
  await consumer.write(`tsconfig.${name}.json`, { compilerOptions, files });
  return await run(process.execPath, [tsc, "-p", `tsconfig.${name}.json`, "--pretty", "false"], {
    cwd: consumer.root,
  }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
}

describe.each([
  { title: "node16", resolution: node16 },
  { title: "bundler", resolution: bundler },
])("resolved as $title", ({ title, resolution }) => {
  test.each([true, false])(
    "a program compiles, and misuses do not, with exactOptionalPropertyTypes %s",
    async (exactOptionalPropertyTypes) => {
      const options = { ...resolution, exactOptionalPropertyTypes };
      const name = `${title}-${exactOptionalPropertyTypes}`;

      expect(await compile(name, options, "program.ts", "misuses.test-d.ts")).toBe("");
    },
  );
});

test("each misuse has the error that it names", async () => {
  const source = await readFile(consumer.path("misuses.test-d.ts"), "utf8");
  await consumer.write("undirected.ts", source.replaceAll("@ts-expect-error", "expects"));
  const report = await compile("undirected", { ...node16, exactOptionalPropertyTypes: true }, "undirected.ts");

  const expected = source.split("\n").flatMap((line, index) => {
    const code = line.match(/@ts-expect-error (\d+): /)?.[1];
    return code === undefined ? [] : [`${index + 2}: ${code}`];
  });
  const got = [...report.matchAll(/^undirected\.ts\((\d+),\d+\): error TS(\d+)/gm)].map(
    ([, line, code]) => `${line}: ${code}`,
  );
  expect(got).toEqual(expected);
  expect(got.length).toBeGreaterThanOrEqual(12);
});

test("the compiled program does what it says", async () => {
  expect(await compile("emit", { ...node16, noEmit: false, outDir: "out" }, "program.ts")).toBe("");

  expect(await consumer.node("out/program.js")).toBe(
    [
      "1 2 done",
      "scripted -32601",
      "2005",
      "high",
      "user ada",
      "counters (supervisor)",
      "├─ low",
      "├─ high",
      "└─ more",
      "sessions (supervisor)",
      "└─ session",
      "",
    ].join("\n"),
  );
});
