/** What stands where a secret was. */
export const REDACTED = "[redacted]";

/** Parts of keys, in lower case and without punctuation, whose values are nobody's business. */
const SECRET =
  /authorization|password|passwd|passphrase|secret|apikey|accesskey|privatekey|credential|cookie|sessionid|bearer|jwt|auth$|^pwd$|^otp$|^requeststate$/;

const TOKEN = /tokens?$/;

/** What holds nothing but values that are the host's own. */
const CONTAINER = /^env$|^environment$|headers$/;

/** Whether what stands under this key is a secret by its name. Numbers of tokens are none, and progress tokens are not. */
export function isSecretKey(key: string, value: unknown): boolean {
  const plain = plainly(key);
  if (SECRET.test(plain)) return true;
  return TOKEN.test(plain) && plain !== "progresstoken" && !(plain.endsWith("s") && typeof value === "number");
}

/** Whether all that stands below this key is secret, its own keys aside. */
export function isSecretContainer(key: string): boolean {
  return CONTAINER.test(plainly(key));
}

function plainly(key: string): string {
  return key.replace(/[^a-z0-9]/gi, "").toLowerCase();
}

/** `scheme://user:password@host/path?query#fragment`. Schemes are bounded, or long words would take square time. */
const URLS = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s"'<>\\]*)/gi;

/** The name of a secret and its value, as command lines, configuration files and JSON within a text write them. */
const ASSIGNED =
  /([\w-]{0,32}(?:token|secret|password|passwd|api[-_]?key|access[-_]?key|authorization|cookie|session[-_]?id)\\?["']?\s{0,4}[=:]\s{0,4}\\?["']?)(?!\[redacted\])(?:(?:bearer|basic)\s+)?[^\s"',;&}\\]+/gi;

const SCHEMED = /\b(bearer|basic)(\s+)(?!\[redacted\])[\w.~+/=-]{8,}/gi;

/**
 * Takes out of a text what looks like a secret: credentials and queries of URLs, values that are called secret. Most texts
 * have none of the signs that each of them needs.
 */
export function withoutSecrets(text: string): string {
  let left = text;
  if (left.includes("://")) {
    left = left.replace(URLS, (_all, scheme: string, rest: string) => scheme + withoutCredentials(rest));
  }
  if (left.includes(":") || left.includes("=")) left = left.replace(ASSIGNED, (_all, name: string) => name + REDACTED);
  if (!/\s/.test(left)) return left;
  return left.replace(SCHEMED, (_all, scheme: string, space: string) => scheme + space + REDACTED);
}

function withoutCredentials(rest: string): string {
  const authorityEnd = rest.search(/[/?#]/);
  const authority = authorityEnd === -1 ? rest : rest.slice(0, authorityEnd);
  const path = authorityEnd === -1 ? "" : rest.slice(authorityEnd);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const user = host.length === authority.length ? "" : `${REDACTED}@`;
  const queryAt = path.search(/[?#]/);
  return user + host + (queryAt === -1 ? path : `${path.slice(0, queryAt + 1)}${REDACTED}`);
}

/** Shorter values are too common to be taken out wherever they stand. */
const SHORTEST = 4;

/** Matches any of these values; `undefined` when there are none that could be told from ordinary text. */
export function patternOf(
  values: readonly string[],
): { readonly pattern: RegExp; readonly longest: number } | undefined {
  const telling = [...new Set(values.filter((value) => value.length >= SHORTEST).flatMap(formsOf))];
  if (telling.length === 0) return undefined;
  telling.sort((one, other) => other.length - one.length);
  const escaped = telling.map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return { pattern: new RegExp(escaped.join("|"), "g"), longest: telling[0]?.length ?? 0 };
}

/** A value as it is, as it stands in JSON within a text, and as it stands in a URL, which takes no half of a character. */
function formsOf(value: string): string[] {
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(Buffer.from(value).toString())];
}
