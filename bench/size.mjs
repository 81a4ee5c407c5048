/*
 * The size of the packages with everything they need: `node bench/size.mjs`. Each is installed into an empty project as a
 * user would, ours from what `npm pack` makes. Sizes are the sums of the files' lengths, whatever the file system makes of
 * them. One line of JSON goes to stdout.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CLIENTS } from "./measures.mjs";
import { versionOf } from "./statistics.mjs";

const run = promisify(execFile);

export async function sizes() {
  const scratch = await mkdtemp(join(tmpdir(), "caduceus-size-"));
  try {
    const found = {};
    for (const { name, package: from } of CLIENTS) {
      if (from === undefined) continue;
      found[name] = await sizeOf(
        from === "caduceus" ? await pack(scratch) : `${from}@${versionOf(from)}`,
        scratch,
        name,
      );
    }
    return found;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function pack(scratch) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch];
  const { stdout } = await run("npm", args, { cwd: root });
  const packed = JSON.parse(stdout);
  const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
  return join(scratch, filename);
}

async function sizeOf(what, scratch, name) {
  const cwd = await mkdtemp(join(scratch, `${name}-`));
  await writeFile(join(cwd, "package.json"), '{"private":true}');
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", what], { cwd });
  const modules = join(cwd, "node_modules");
  const files = (await readdir(modules, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  let bytes = 0;
  let packages = 0;
  for (const { parentPath, name: file } of files) {
    bytes += (await stat(join(parentPath, file))).size;
    // A package's own manifest, and none of the many others in it.
    if (file === "package.json" && /node_modules\/(?:@[^/]+\/)?[^/@]+$/.test(parentPath)) packages++;
  }
  return { megabytes: bytes / 1e6, files: files.length, packages };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${JSON.stringify(await sizes())}\n`);
