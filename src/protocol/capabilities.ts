import type { Era } from "./codec.js";
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
const PATHS: Readonly<Record<string, readonly string[]>> = { "resources.subscribe": ["resources", "subscribe"] };

/** Methods that only one era has, by the era that lacks them, and which revision it would take. */
const ELSEWHERE: Readonly<Record<Era, { readonly methods: readonly string[]; readonly revision: string }>> = {
  legacy: { methods: ["server/discover", "subscriptions/listen"], revision: "protocol revision 2026-07-28" },
  modern: {
    methods: ["initialize", "resources/subscribe", "resources/unsubscribe", "logging/setLevel"],
    revision: "protocol revision 2025-11-25",
  },
};

/** What `method` needs and the server lacks, if anything: a capability, or a revision that has the method at all. */
export function missingCapability(method: string, server: ServerInfo): string | undefined {
  const { methods, revision } = ELSEWHERE[server.era];
  if (methods.includes(method)) return revision;
  const needed = Object.hasOwn(NEEDED, method) ? NEEDED[method] : undefined;
  if (needed === undefined) return undefined;
  let declared: unknown = server.capabilities;
  for (const key of PATHS[needed] ?? [needed]) declared = (declared as Record<string, unknown> | undefined)?.[key];
  return declared === undefined || declared === false ? needed : undefined;
}
