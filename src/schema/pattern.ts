import { RE2JS } from "re2js";
import { BOUNDS } from "./bounds.js";
import type { Run } from "./run.js";

/** A regular expression whose time to match grows with the text's length and no faster. */
export interface Pattern {
  matches(text: string, run: Run): boolean;
}

/** The patterns of one schema, with what they may cost together. */
export class PatternCompiler {
  #instructionsLeft: number = BOUNDS.patternInstructions;

  /**
   * The pattern, or why it cannot be used. RE2's syntax is ECMAScript's without what needs backtracking: no
   * lookahead, no lookbehind, no back references, and repetitions of at most 1,000.
   */
  compile(source: string): Pattern | string {
    if (source.length > BOUNDS.patternCharacters) return "it is too long";
    // A syntax of RE2's that ECMAScript reads otherwise.
    if (source.includes("[[:")) return "it has a class by name";
    const engine = compileLinear(source);
    if (engine === undefined) return "it cannot be matched in linear time";
    const instructions = engine.programSize();
    if (instructions > this.#instructionsLeft) return "it is too large";
    this.#instructionsLeft -= instructions;
    return {
      matches(text, run) {
        // Where its automaton grows too large, the engine looks at every instruction for every character.
        run.spend(1 + Math.floor((instructions * text.length) / 4));
        return engine.test(text);
      },
    };
  }
}

function compileLinear(source: string): RE2JS | undefined {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(withClassesOfEcmaScript(source)));
  } catch {
    return undefined;
  }
}

// What `\s` and `.` mean in ECMAScript; in RE2 they stop at ASCII.
const SPACES = "\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
const LINE_ENDS = "\\n\\r\\x{2028}\\x{2029}";

/** Properties of Unicode that RE2 knows by a shorter name only. */
const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ["Letter", "L"],
  ["Uppercase_Letter", "Lu"],
  ["Lowercase_Letter", "Ll"],
  ["Mark", "M"],
  ["Number", "N"],
  ["Decimal_Number", "Nd"],
  ["digit", "Nd"],
  ["Punctuation", "P"],
  ["punct", "P"],
  ["Symbol", "S"],
  ["Separator", "Z"],
  ["Other", "C"],
]);

function withClassesOfEcmaScript(source: string): string {
  let isInClass = false;
  return source.replace(/\\[pP]\{([^{}]*)\}|\\[\s\S]|[[\].]/g, (token, property: string | undefined) => {
    if (property !== undefined) {
      const name = property.replace(/^(?:Script|sc|General_Category|gc)=/, "");
      return `${token.slice(0, 3)}${PROPERTIES.get(name) ?? name}}`;
    }
    if (token === "[") isInClass = true;
    else if (token === "]") isInClass = false;
    else if (token === "\\s") return isInClass ? SPACES : `[${SPACES}]`;
    else if (token === "\\S" && !isInClass) return `[^${SPACES}]`;
    else if (token === "." && !isInClass) return `[^${LINE_ENDS}]`;
    return token;
  });
}
