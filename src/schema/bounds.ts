/**
 * How much a schema of a server's may cost. A schema past the first group is refused when it is prepared; a value
 * past the second fails the check, since a check that was not finished proves nothing. All counts are of work and
 * none of time, so that the same schema and the same value end the same way on every machine.
 */
export const BOUNDS = {
  /** Characters of the schema's JSON text. */
  characters: 1_000_000,
  /** Arrays and objects inside one another in the schema's JSON text. */
  depth: 128,
  /** Values of the schema's JSON text, keys not counted. */
  nodes: 50_000,
  /** Characters of one pattern; a longer one is ignored with a warning. */
  patternCharacters: 2_000,
  /** Instructions of all patterns of one schema together; the pattern that exceeds them is ignored with a warning. */
  patternInstructions: 50_000,

  /** Properties of a form that a server asks to have filled in. */
  formProperties: 256,

  /** Schemas one inside the other, or referring to each other, at one moment of a check. */
  visits: 512,
  /** Steps of one check. A step is about a schema applied to a value, or a key, item or 64 characters looked at. */
  steps: 2_000_000,
  /** Issues one check reports. */
  issues: 20,
} as const;

/** Thrown inside a check that leaves its bounds. */
export class OutOfBounds extends Error {}

/** Thrown inside the preparation of a schema that cannot be used. `at` is a JSON pointer into the schema. */
export class Refusal extends Error {
  readonly at: string;

  constructor(reason: string, at: string) {
    super(reason);
    this.at = at;
  }
}
