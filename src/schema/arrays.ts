import { hasOwn, toKey } from "./json.js";
import type { Marks } from "./marks.js";
import type { Run, SchemaNode } from "./run.js";
import type { Build, Keyword, Site } from "./site.js";

export const arrayKeywords: readonly Keyword[] = [
  { name: "minItems", build: sizeLimit((size, limit) => size >= limit, "at least") },
  { name: "maxItems", build: sizeLimit((size, limit) => size <= limit, "at most") },
  { name: "uniqueItems", build: uniqueItems },
  { name: "prefixItems", from: 2020, build: tuple },
  { name: "items", build: items },
  { name: "additionalItems", until: 2019, build: additionalItems },
  { name: "contains", from: 6, build: contains },
];

export const lateArrayKeywords: readonly Keyword[] = [
  { name: "unevaluatedItems", from: 2019, build: unevaluatedItems },
];

function sizeLimit(isWithin: (size: number, limit: number) => boolean, words: string): Build {
  return (limitValue, site) => {
    const limit = site.count(limitValue);
    const { keyword } = site;
    return (value, run) =>
      !Array.isArray(value) ||
      isWithin(value.length, limit) ||
      run.report(keyword, `Expected an array of ${words} ${limit} items`);
  };
}

function uniqueItems(value: unknown, site: Site): ReturnType<Build> {
  if (typeof value !== "boolean") site.refuse("a boolean");
  if (value === false) return undefined;
  return (array, run) => {
    if (!Array.isArray(array)) return true;
    const seen = new Set<string>();
    for (const [index, item] of array.entries()) {
      const key = toKey(item, run);
      if (seen.has(key)) return run.reportAt(index, "uniqueItems", "Expected no item twice");
      seen.add(key);
    }
    return true;
  };
}

function tuple(value: unknown, site: Site): ReturnType<Build> {
  const nodes = site.list(value).map((schema, index) => site.child(schema, index));
  return (array, run, marks) => {
    if (!Array.isArray(array)) return true;
    const end = Math.min(nodes.length, array.length);
    if (marks) marks.itemsUpTo = Math.max(marks.itemsUpTo, end);
    let isValid = true;
    for (let index = 0; index < end; index++) {
      const node = nodes[index];
      if (node === undefined || run.visitChild(node, array[index], index)) continue;
      if (run.isQuiet) return false;
      isValid = false;
    }
    return isValid;
  };
}

function items(value: unknown, site: Site): ReturnType<Build> {
  if (Array.isArray(value) && site.dialect < 2020) return tuple(value, site);
  const prefix = site.dialect >= 2020 ? site.schema.prefixItems : undefined;
  return itemsFrom(Array.isArray(prefix) ? prefix.length : 0, site.child(value));
}

function additionalItems(value: unknown, site: Site): ReturnType<Build> {
  const prefix = site.schema.items;
  const node = site.child(value);
  return Array.isArray(prefix) ? itemsFrom(prefix.length, node) : undefined;
}

function itemsFrom(start: number, node: SchemaNode): ReturnType<Build> {
  return (array, run, marks) => {
    if (!Array.isArray(array)) return true;
    if (marks) marks.itemsUpTo = Infinity;
    return eachItem(array, start, node, run, undefined);
  };
}

function eachItem(array: unknown[], start: number, node: SchemaNode, run: Run, except: Marks | undefined): boolean {
  let isValid = true;
  for (let index = start; index < array.length; index++) {
    run.spend(1);
    if (except?.hasItem(index) || run.visitChild(node, array[index], index)) continue;
    if (run.isQuiet) return false;
    isValid = false;
  }
  return isValid;
}

function contains(value: unknown, site: Site): ReturnType<Build> {
  const node = site.child(value);
  const count = (keyword: string, otherwise: number): number => {
    if (site.dialect < 2019 || !hasOwn(site.schema, keyword)) return otherwise;
    return site.count(site.schema[keyword]);
  };
  const least = count("minContains", 1);
  const most = count("maxContains", Infinity);
  const leavesMarks = site.dialect >= 2020;
  return (array, run, marks) => {
    if (!Array.isArray(array)) return true;
    let found = 0;
    for (const [index, item] of array.entries()) {
      if (!run.try(node, item, undefined)) continue;
      found++;
      if (leavesMarks) marks?.items.add(index);
      if (found > most) return run.report("maxContains", `Expected at most ${most} items of the kind described`);
      if (found >= least && most === Infinity && marks === undefined) return true;
    }
    return found >= least || run.report("contains", `Expected at least ${least} items of the kind described`);
  };
}

function unevaluatedItems(value: unknown, site: Site): ReturnType<Build> {
  const node = site.child(value);
  return (array, run, marks) => {
    if (!Array.isArray(array)) return true;
    const isValid = eachItem(array, 0, node, run, marks);
    if (marks) marks.itemsUpTo = Infinity;
    return isValid;
  };
}
