import { hasOwn, isObject } from "./json.js";
import type { Pattern } from "./pattern.js";
import type { Rule, SchemaNode } from "./run.js";
import type { Build, Keyword, Site } from "./site.js";

export const objectKeywords: readonly Keyword[] = [
  { name: "required", build: required },
  { name: "minProperties", build: sizeLimit((size, limit) => size >= limit, "at least") },
  { name: "maxProperties", build: sizeLimit((size, limit) => size <= limit, "at most") },
  { name: "dependentRequired", from: 2019, build: dependencies },
  { name: "dependentSchemas", from: 2019, build: dependencies },
  // Replaced in 2019-09, and still in use.
  { name: "dependencies", build: dependencies },
  { name: "propertyNames", from: 6, build: propertyNames },
  { name: "properties", build: properties },
  { name: "patternProperties", build: patternProperties },
  { name: "additionalProperties", build: additionalProperties },
];

export const lateObjectKeywords: readonly Keyword[] = [
  { name: "unevaluatedProperties", from: 2019, build: unevaluatedProperties },
];

function required(value: unknown, site: Site): ReturnType<Build> {
  return requires(site.strings(value), "required");
}

function requires(names: readonly string[], keyword: string): Rule {
  return (value, run) => {
    if (!isObject(value)) return true;
    run.spend(names.length);
    let isValid = true;
    for (const name of names) {
      if (!isPresent(value, name)) isValid = run.reportAt(name, keyword, "Expected this property, which is missing");
    }
    return isValid;
  };
}

function isPresent(value: { readonly [key: string]: unknown }, name: string): boolean {
  return hasOwn(value, name) && value[name] !== undefined;
}

function sizeLimit(isWithin: (size: number, limit: number) => boolean, words: string): Build {
  return (limitValue, site) => {
    const limit = site.count(limitValue);
    const { keyword } = site;
    return (value, run) => {
      if (!isObject(value)) return true;
      const size = Object.keys(value).length;
      run.spend(size);
      return isWithin(size, limit) || run.report(keyword, `Expected an object of ${words} ${limit} properties`);
    };
  };
}

/** What holds if a property is there: other properties, or a schema for the whole object. */
function dependencies(value: unknown, site: Site): ReturnType<Build> {
  const rules = site.entries(value).map(([name, dependency]): readonly [string, Rule] => {
    if (Array.isArray(dependency)) return [name, requires(site.strings(dependency), site.keyword)];
    const node = site.inPlace(dependency, name);
    return [name, (candidate, run, marks) => run.visitInPlace(node, candidate, marks)];
  });
  return (candidate, run, marks) => {
    if (!isObject(candidate)) return true;
    run.spend(rules.length);
    let isValid = true;
    for (const [name, rule] of rules) {
      if (isPresent(candidate, name) && !rule(candidate, run, marks)) isValid = false;
    }
    return isValid;
  };
}

function propertyNames(value: unknown, site: Site): ReturnType<Build> {
  const node = site.child(value);
  return eachProperty(
    (name, _value, run) =>
      run.try(node, name, undefined) || run.reportAt(name, "propertyNames", "Expected another name for this property"),
  );
}

function properties(value: unknown, site: Site): ReturnType<Build> {
  const nodes = site
    .entries(value)
    .map(([name, schema]): readonly [string, SchemaNode] => [name, site.child(schema, name)]);
  return (candidate, run, marks) => {
    if (!isObject(candidate)) return true;
    run.spend(nodes.length);
    let isValid = true;
    for (const [name, node] of nodes) {
      if (!isPresent(candidate, name)) continue;
      marks?.properties.add(name);
      if (!run.visitChild(node, candidate[name], name)) {
        if (run.isQuiet) return false;
        isValid = false;
      }
    }
    return isValid;
  };
}

interface PatternEntry {
  readonly node: SchemaNode;
  /** `undefined` for a pattern that is ignored: no name is known to match it, and none is known not to. */
  readonly pattern: Pattern | undefined;
}

function patternProperties(value: unknown, site: Site): ReturnType<Build> {
  const entries = site
    .entries(value)
    .map(([source, schema]): PatternEntry => ({ pattern: site.pattern(source), node: site.child(schema, source) }));
  return eachProperty((name, item, run, marks) => {
    let isValid = true;
    for (const { pattern, node } of entries) {
      if (pattern === undefined) marks?.properties.add(name);
      else if (pattern.matches(name, run)) {
        marks?.properties.add(name);
        isValid = run.visitChild(node, item, name) && isValid;
      }
    }
    return isValid;
  });
}

function additionalProperties(value: unknown, site: Site): ReturnType<Build> {
  const known = new Set(isObject(site.schema.properties) ? Object.keys(site.schema.properties) : []);
  const sources = isObject(site.schema.patternProperties) ? Object.keys(site.schema.patternProperties) : [];
  const patterns = sources.map((source) => site.pattern(source));
  const node = site.child(value);
  return eachProperty((name, item, run, marks) => {
    if (known.has(name)) return true;
    if (patterns.some((pattern) => pattern === undefined || pattern.matches(name, run))) return true;
    marks?.properties.add(name);
    if (value === false) return run.reportAt(name, "additionalProperties", "Expected no property of this name");
    return run.visitChild(node, item, name);
  });
}

function unevaluatedProperties(value: unknown, site: Site): ReturnType<Build> {
  const node = site.child(value);
  return eachProperty((name, item, run, marks) => {
    if (marks?.properties.has(name)) return true;
    marks?.properties.add(name);
    if (value === false) return run.reportAt(name, "unevaluatedProperties", "Expected no property of this name");
    return run.visitChild(node, item, name);
  });
}

function eachProperty(
  check: (name: string, value: unknown, run: Parameters<Rule>[1], marks: Parameters<Rule>[2]) => boolean,
): Rule {
  return (value, run, marks) => {
    if (!isObject(value)) return true;
    const names = Object.keys(value);
    run.spend(names.length);
    let isValid = true;
    for (const name of names) {
      const item = value[name];
      if (item === undefined || check(name, item, run, marks)) continue;
      if (run.isQuiet) return false;
      isValid = false;
    }
    return isValid;
  };
}
