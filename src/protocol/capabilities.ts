import type { ServerInfo } from "./legacy.js";

/** What a method needs the server to have declared; a method that is not here needs nothing. */
const NEEDED: Readonly<Record<string, string>> = {
  "tools/list": "tools",
  "tools/call": "tools",
  "resources/list": "resources",
  "resources/templates/list": "resources",
  "resources/read": "resources",
  "resources/subscribe": "resources.subscribe",
  "resources/unsubscribe": "resources.subscribe",
  "prompts/list": "prompts",
  "prompts/get": "prompts",
  "completion/complete": "completions",
  "logging/setLevel": "logging",
};

/** Those that are not at the top. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  "resources.subscribe": ["resources", "subscribe"],
};

/** The capability that `method` needs and the server lacks, if any. */
export function missingCapability(method: string, server: ServerInfo): string | undefined {
  const needed = Object.hasOwn(NEEDED, method) ? NEEDED[method] : undefined;
  if (needed === undefined) return undefined;
  let declared: unknown = server.capabilities;
  for (const key of PATHS[needed] ?? [needed]) declared = (declared as Record<string, unknown> | undefined)?.[key];
  return declared === undefined || declared === false ? needed : undefined;
}
