import { BOUNDS, OutOfBounds } from "./bounds.js";
import type { Resource } from "./document.js";
import { toPointer } from "./json.js";
import { Marks } from "./marks.js";

/** One thing that is wrong with a value. */
export interface Issue {
  /** Where in the value: a JSON pointer, `""` for the value itself. Its keys are the server's text. */
  readonly path: string;
  /** The keyword of JSON Schema that says so, or `bounds` for a check that was given up because it grew too large. */
  readonly keyword: string;
  /** What was expected. It holds nothing of the value and no text of the schema's. */
  readonly message: string;
}

/** One keyword at work: whether the value passes. It reports what is wrong unless the run is quiet. */
export type Rule = (value: unknown, run: Run, marks: Marks | undefined) => boolean;

/** A schema, ready to be applied. */
export interface SchemaNode {
  readonly resource: Resource;
  readonly rules: Rule[];
  /** What looks at what the others evaluated: `unevaluatedProperties` and `unevaluatedItems`. */
  readonly lateRules: Rule[];
  /** The schemas it applies to the same value. A cycle of these would never end. */
  readonly inPlace: SchemaNode[];
}

/** One check of one value: how much it may still do, where it is, and what it found. */
export class Run {
  readonly issues: Issue[] = [];
  readonly path: (string | number)[] = [];
  /** The dynamic scope: the schema resources that were entered and not left yet, the outermost first. */
  readonly scope: Resource[] = [];
  #stepsLeft: number = BOUNDS.steps;
  #visits = 0;
  #quiet = 0;

  get isQuiet(): boolean {
    return this.#quiet > 0;
  }

  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw new OutOfBounds();
  }

  spendOn(text: string): void {
    this.spend(text.length >> 6);
  }

  /** Always `false`, so that a rule can return it. */
  report(keyword: string, message: string): false {
    if (this.#quiet === 0 && this.issues.length < BOUNDS.issues) {
      this.issues.push({ path: toPointer(this.path), keyword, message });
    }
    return false;
  }

  /** As `report`, for something that is missing at `key` or should not be there. */
  reportAt(key: string | number, keyword: string, message: string): false {
    this.path.push(key);
    this.report(keyword, message);
    this.path.pop();
    return false;
  }

  /**
   * Whether the value passes the schema. The marks are those of this schema alone: what schemas beside it evaluate is
   * not its business, and what it evaluates counts for the schemas around it only if the value passes it. A rule that throws
   * ends the whole run, so nothing is put back then.
   */
  visit(node: SchemaNode, value: unknown, marks: Marks | undefined): boolean {
    this.spend(1 + node.rules.length);
    if (++this.#visits > BOUNDS.visits) throw new OutOfBounds();
    const isEntering = this.scope.at(-1) !== node.resource;
    if (isEntering) this.scope.push(node.resource);
    const isValid = this.#apply(node, value, marks ?? (node.lateRules.length > 0 ? new Marks() : undefined));
    if (isEntering) this.scope.pop();
    this.#visits--;
    return isValid;
  }

  /** As `visit`, with what the schema evaluates added to `marks` if the value passes. */
  visitInPlace(node: SchemaNode, value: unknown, marks: Marks | undefined): boolean {
    if (marks === undefined) return this.visit(node, value, undefined);
    const own = new Marks();
    const isValid = this.visit(node, value, own);
    if (isValid) marks.add(own, this);
    return isValid;
  }

  /** As `visit`, for what lies under `key` in the value. */
  visitChild(node: SchemaNode, value: unknown, key: string | number): boolean {
    this.path.push(key);
    const isValid = this.visit(node, value, undefined);
    this.path.pop();
    return isValid;
  }

  /** As `visitInPlace`, reporting nothing: for schemas of which it is no failure that they fail. */
  try(node: SchemaNode, value: unknown, marks: Marks | undefined): boolean {
    this.#quiet++;
    const isValid = this.visitInPlace(node, value, marks);
    this.#quiet--;
    return isValid;
  }

  #apply(node: SchemaNode, value: unknown, marks: Marks | undefined): boolean {
    let isValid = true;
    for (const rule of node.rules) {
      if (!rule(value, this, marks)) {
        if (this.isQuiet) return false;
        isValid = false;
      }
    }
    // What a failed keyword would have evaluated is not known: each such property would be reported as unexpected.
    return isValid && node.lateRules.every((rule) => rule(value, this, marks));
  }
}
