import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** A project that has the packed package installed, and nothing else than what that depends on and `@types/node`. */
export class Consumer implements AsyncDisposable {
  /** Its folder. */
  readonly root: string;
  /** The packed files, relative to the package's folder. */
  readonly packed: readonly string[];

  private constructor(root: string, packed: readonly string[]) {
    this.root = root;
    this.packed = packed;
  }

  /** Packs what is built, and installs it without a registry: the dependencies are links into the repository. */
  static async create(): Promise<Consumer> {
    const root = await realpath(await mkdtemp(join(tmpdir(), "caduceus-consumer-")));
    const flags = ["--ignore-scripts", "--json", "--pack-destination", root];
    const [tarball] = JSON.parse((await run(npm, ["pack", ...flags], { cwd: repository })).stdout) as [Tarball];
    const consumer = new Consumer(
      root,
      tarball.files.map(({ path }) => path),
    );

    await mkdir(consumer.path("node_modules/caduceus"), { recursive: true });
    await run("tar", ["-xzf", tarball.filename, "-C", "node_modules/caduceus", "--strip-components=1"], { cwd: root });
    const manifest = await consumer.manifest();
    for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) await consumer.#link(name);
    const version = `file:${tarball.filename}`;
    await consumer.write("package.json", { private: true, type: "module", dependencies: { caduceus: version } });
    // Links the bin, as every install does.
    await run(npm, ["rebuild", "--ignore-scripts", "caduceus"], { cwd: root });
    return consumer;
  }

  path(relative: string): string {
    return join(this.root, relative);
  }

  /** The package.json of the installed package. */
  async manifest(): Promise<Manifest> {
    return JSON.parse(await readFile(this.path("node_modules/caduceus/package.json"), "utf8")) as Manifest;
  }

  /** Writes a file, an object as JSON. */
  async write(relative: string, content: string | object): Promise<void> {
    await mkdir(dirname(this.path(relative)), { recursive: true });
    await writeFile(this.path(relative), typeof content === "string" ? content : JSON.stringify(content));
  }

  /** Runs Node in the project's folder; resolves with what it prints. */
  async node(...args: readonly string[]): Promise<string> {
    return (await run(process.execPath, args, { cwd: this.root })).stdout;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }

  async #link(name: string): Promise<void> {
    const link = this.path(`node_modules/${name}`);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(repository, "node_modules", name), link, "junction");
  }
}

interface Tarball {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
