import { parseArgs } from "node:util";

/** What the command line asks for. */
export type Command =
  | { readonly type: "demo"; readonly isBundled: boolean }
  | { readonly type: "help" }
  | { readonly type: "version" }
  /** Not to be understood; `message` says why. */
  | { readonly type: "wrong"; readonly message: string };

const options = {
  bundled: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", short: "v", default: false },
} as const;

/** Reads the arguments after the program's name. */
export function parseCommand(args: readonly string[]): Command {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { type: "wrong", message: (error as Error).message };
  }
  const { values, positionals } = parsed;
  const [name, ...more] = positionals;
  if (values.help || name === "help") return { type: "help" };
  if (values.version) return { type: "version" };
  if (name === undefined) return { type: "wrong", message: "Expected a command." };
  if (name !== "demo") return { type: "wrong", message: `Expected a command, got \`${name}\`.` };
  if (more.length > 0) return { type: "wrong", message: `Expected nothing after \`demo\`, got \`${more.join(" ")}\`.` };
  return { type: "demo", isBundled: values.bundled };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options, allowPositionals: true });
}
