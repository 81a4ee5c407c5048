import type { Resource } from "./document.js";
import { hasOwn } from "./json.js";
import { Marks } from "./marks.js";
import type { SchemaNode } from "./run.js";
import type { Build, Keyword, Site } from "./site.js";

/** The keywords that apply schemas to the same value. */
export const logicKeywords: readonly Keyword[] = [
  { name: "$ref", build: reference },
  { name: "$dynamicRef", from: 2020, build: dynamicReference },
  { name: "$recursiveRef", from: 2019, until: 2019, build: dynamicReference },
  { name: "allOf", build: allOf },
  { name: "anyOf", build: anyOf },
  { name: "oneOf", build: oneOf },
  { name: "not", build: not },
  { name: "if", from: 7, build: conditional },
];

function reference(value: unknown, site: Site): ReturnType<Build> {
  const node = site.referred(site.string(value));
  return (candidate, run, marks) => run.visitInPlace(node, candidate, marks);
}

/** The outermost schema in the dynamic scope that has the name, if what is referred to has that name as a dynamic one. */
function dynamicReference(value: unknown, site: Site): ReturnType<Build> {
  const { document } = site.compiler;
  const { place, fragment } = document.resolve(site.string(value), site.place);
  const target = site.compiler.node(place);
  if (place.resource.dynamicAnchors.get(fragment)?.schema !== place.schema) {
    return (candidate, run, marks) => run.visitInPlace(target, candidate, marks);
  }
  const named = new Map<Resource, SchemaNode>();
  for (const resource of document.resources) {
    const anchor = resource.dynamicAnchors.get(fragment);
    if (anchor !== undefined) named.set(resource, site.compiler.node(anchor));
  }
  return (candidate, run, marks) => {
    run.spend(run.scope.length);
    const outermost = run.scope.find((resource) => named.has(resource));
    return run.visitInPlace((outermost && named.get(outermost)) ?? target, candidate, marks);
  };
}

function inPlaceList(value: unknown, site: Site): readonly SchemaNode[] {
  return site.schemas(value).map((schema, index) => site.inPlace(schema, index));
}

function allOf(value: unknown, site: Site): ReturnType<Build> {
  const nodes = inPlaceList(value, site);
  return (candidate, run, marks) => {
    let isValid = true;
    for (const node of nodes) {
      if (!run.visitInPlace(node, candidate, marks)) {
        if (run.isQuiet) return false;
        isValid = false;
      }
    }
    return isValid;
  };
}

function anyOf(value: unknown, site: Site): ReturnType<Build> {
  const nodes = inPlaceList(value, site);
  return (candidate, run, marks) => {
    let isValid = false;
    for (const node of nodes) {
      isValid = run.try(node, candidate, marks) || isValid;
      // The marks of every alternative that passes count.
      if (isValid && marks === undefined) return true;
    }
    return isValid || run.report("anyOf", `Expected a value that passes one of ${nodes.length} alternatives`);
  };
}

function oneOf(value: unknown, site: Site): ReturnType<Build> {
  const nodes = inPlaceList(value, site);
  return (candidate, run, marks) => {
    let passed = 0;
    for (const node of nodes) {
      if (run.try(node, candidate, marks) && ++passed > 1) break;
    }
    const message = `Expected a value that passes exactly one of ${nodes.length} alternatives`;
    return passed === 1 || run.report("oneOf", `${message}, got one that passes ${passed === 0 ? "none" : "more"}`);
  };
}

function not(value: unknown, site: Site): ReturnType<Build> {
  const node = site.inPlace(value);
  return (candidate, run) =>
    !run.try(node, candidate, undefined) || run.report("not", "Expected a value that does not pass what is excluded");
}

function conditional(value: unknown, site: Site): ReturnType<Build> {
  const condition = site.inPlace(value);
  const branch = (name: "then" | "else"): SchemaNode | undefined =>
    hasOwn(site.schema, name) ? site.beside(name, site.schema[name]) : undefined;
  const [whenTrue, whenFalse] = [branch("then"), branch("else")];
  return (candidate, run, marks) => {
    const own = marks && new Marks();
    const chosen = run.try(condition, candidate, own) ? whenTrue : whenFalse;
    if (marks && own) marks.add(own, run);
    return chosen === undefined || run.visitInPlace(chosen, candidate, marks);
  };
}
