import { format } from "@cfworker/json-schema";
import { hasOwn, type Kind, kindOf, toKey } from "./json.js";
import type { Run } from "./run.js";
import type { Build, Keyword } from "./site.js";

const TYPES: ReadonlyMap<string, string> = new Map([
  ["null", "null"],
  ["boolean", "a boolean"],
  ["number", "a number"],
  ["integer", "a whole number"],
  ["string", "a string"],
  ["array", "an array"],
  ["object", "an object"],
]);

/** Of longer texts the format is not checked: the expressions behind some formats take quadratic time. */
const LONGEST_FORMATTED = 2_048;

export const valueKeywords: readonly Keyword[] = [
  { name: "type", build: type },
  { name: "enum", build: (value, site) => oneOfValues(site.list(value), "enum") },
  { name: "const", from: 6, build: (value) => oneOfValues([value], "const") },
  { name: "minimum", build: minimum },
  { name: "maximum", build: maximum },
  { name: "exclusiveMinimum", from: 6, build: bound((value, limit) => value > limit, "more than") },
  { name: "exclusiveMaximum", from: 6, build: bound((value, limit) => value < limit, "less than") },
  { name: "multipleOf", build: multipleOf },
  { name: "minLength", build: lengthLimit((length, limit) => length >= limit, "at least") },
  { name: "maxLength", build: lengthLimit((length, limit) => length <= limit, "at most") },
  { name: "pattern", build: pattern },
];

/** An annotation since 2019-09, and up to the implementation before. So it is a rule only where it is asked for. */
export const formatKeyword: Keyword = {
  name: "format",
  build(value, site) {
    const name = site.string(value);
    const check = hasOwn(format, name) ? format[name] : undefined;
    if (check === undefined) return undefined;
    return (text, run) => {
      if (typeof text !== "string" || text.length > LONGEST_FORMATTED) return true;
      run.spend(8);
      return check(text) || run.report("format", `Expected a string of the format \`${name}\``);
    };
  },
};

function type(value: unknown, site: Parameters<Build>[1]): ReturnType<Build> {
  const names = typeof value === "string" ? [value] : site.strings(value);
  if (names.length === 0 || !names.every((name) => TYPES.has(name))) site.refuse("a type of JSON's, or a list of them");
  const expected = names.map((name) => TYPES.get(name)).join(" or ");
  const allowed = new Set(names);
  return (candidate, run) => {
    const kind = kindOf(candidate);
    if (allowed.has(kind) || (kind === "number" && allowed.has("integer") && Number.isInteger(candidate))) return true;
    return run.report("type", `Expected ${expected}, got ${describe(kind)}`);
  };
}

function describe(kind: Kind): string {
  return TYPES.get(kind) ?? "no JSON value";
}

function oneOfValues(values: readonly unknown[], keyword: string): ReturnType<Build> {
  const keys = new Set(values.map((value) => toKey(value)));
  const kinds = new Set(values.map(kindOf));
  const message = keyword === "const" ? "Expected the one value allowed" : `Expected one of ${keys.size} values`;
  return (value, run) => (kinds.has(kindOf(value)) && keys.has(toKey(value, run))) || run.report(keyword, message);
}

function bound(isWithin: (value: number, limit: number) => boolean, words: string): Build {
  return (value, site) => {
    const limit = site.number(value);
    const { keyword } = site;
    return (candidate, run) =>
      typeof candidate !== "number" ||
      isWithin(candidate, limit) ||
      run.report(keyword, `Expected a number of ${words} ${limit}`);
  };
}

// In draft 04 `exclusiveMinimum` and `exclusiveMaximum` are booleans beside the limit.
function minimum(value: unknown, site: Parameters<Build>[1]): ReturnType<Build> {
  const isExclusive = site.dialect === 4 && site.schema.exclusiveMinimum === true;
  const build = isExclusive ? bound((a, b) => a > b, "more than") : bound((a, b) => a >= b, "at least");
  return build(value, site);
}

function maximum(value: unknown, site: Parameters<Build>[1]): ReturnType<Build> {
  const isExclusive = site.dialect === 4 && site.schema.exclusiveMaximum === true;
  const build = isExclusive ? bound((a, b) => a < b, "less than") : bound((a, b) => a <= b, "at most");
  return build(value, site);
}

function multipleOf(value: unknown, site: Parameters<Build>[1]): ReturnType<Build> {
  const divisor = site.number(value);
  if (divisor <= 0) site.refuse("a number above 0");
  return (candidate, run) => {
    if (typeof candidate !== "number") return true;
    run.spend(16);
    return isMultiple(candidate, divisor) || run.report("multipleOf", `Expected a multiple of ${divisor}`);
  };
}

/** Exact for the decimals as they are written: 0.3 is a multiple of 0.1, though the division leaves a rest. */
function isMultiple(value: number, divisor: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0;
  if (!Number.isFinite(value)) return false;
  const [a, b] = [decimal(value), decimal(divisor)];
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = ({ digits, exponent: own }: typeof a): bigint => digits * 10n ** BigInt(own - exponent);
  return scaled(a) % scaled(b) === 0n;
}

function decimal(value: number): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = "", exponent = "0"] = value.toString().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

function lengthLimit(isWithin: (length: number, limit: number) => boolean, words: string): Build {
  return (value, site) => {
    const limit = site.count(value);
    const { keyword } = site;
    return (text, run) =>
      typeof text !== "string" ||
      isWithin(countCharacters(text, run), limit) ||
      run.report(keyword, `Expected a string of ${words} ${limit} characters`);
  };
}

/** Characters as JSON Schema counts them: those outside of the basic plane are one each. */
function countCharacters(text: string, run: Run): number {
  run.spend(text.length >> 5);
  let pairs = 0;
  for (let index = 0; index < text.length; index++) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) {
      pairs++;
      index++;
    }
  }
  return text.length - pairs;
}

function pattern(value: unknown, site: Parameters<Build>[1]): ReturnType<Build> {
  const expression = site.pattern(site.string(value));
  if (expression === undefined) return undefined;
  return (text, run) =>
    typeof text !== "string" ||
    expression.matches(text, run) ||
    run.report("pattern", "Expected a string that matches the pattern");
}
