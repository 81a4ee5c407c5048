import { isRecord } from "../protocol/message.js";
import { isSecretContainer, isSecretKey, patternOf, REDACTED, withoutSecrets } from "./secrets.js";

/** Values deeper than this are left out: whoever nests them means no good. */
const DEEPEST = 100;

/** Characters of a text that are looked at beyond those that are shown, so that a URL is known for one at the cut. */
const SLACK = 1_024;

/** Values that are counted, beyond those that are shown. */
const MOST_COUNTED = 10_000;

/** Characters of a name. */
const LONGEST_NAME = 200;

/** What is shown in place of a value that cannot be looked at. */
const UNREADABLE = "[unreadable]";

/**
 * Shows what was said as JSON, without secrets and cut at a length. What it takes depends on that length, and not on how
 * much was said.
 */
export class Payloads {
  readonly #maxLength: number;
  readonly #known: ReturnType<typeof patternOf>;

  /** `secrets` are values that are never shown, whatever they are called. */
  constructor(maxLength: number, secrets: readonly string[]) {
    this.#maxLength = maxLength;
    this.#known = patternOf(secrets);
  }

  /** Never throws: getters and `toJSON` of the host's may. */
  show(value: unknown): string {
    const page = new Page(this.#maxLength, (text, room) => this.#clean(text, room));
    try {
      page.write(value, 0, false);
    } catch {
      return UNREADABLE;
    }
    return page.text;
  }

  /** A name, as it is shown outside of payloads. */
  text(name: string): string {
    const { shown } = this.#clean(name, LONGEST_NAME);
    return shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME)}…` : shown;
  }

  /** As much of a text as there is room for, without secrets. One that is cut in the middle is not shown in part. */
  #clean(text: string, room: number): Cleaned {
    const longest = this.#known?.longest ?? 0;
    const reach = room + longest + SLACK;
    const isCut = text.length > reach;
    const looked = isCut ? text.slice(0, reach) : text;
    const known = this.#known === undefined ? looked : looked.replace(this.#known.pattern, REDACTED);
    if (!isCut) return { shown: withoutSecrets(known), more: 0 };
    const sure = withoutTail(known.slice(0, Math.max(0, known.length - longest)));
    return { shown: withoutSecrets(sure), more: text.length - looked.length };
  }
}

interface Cleaned {
  readonly shown: string;
  /** Characters that were not looked at. */
  readonly more: number;
}

/** Without what a cut has left of a URL: its credentials are told by what follows them. */
function withoutTail(text: string): string {
  const start = Math.max(...[" ", "\n", "\t", '"'].map((end) => text.lastIndexOf(end)));
  const scheme = text.indexOf("://", Math.max(0, start));
  return scheme === -1 ? text : text.slice(0, scheme + 3);
}

/** JSON as it is written, until it is full; then only counted. */
class Page {
  readonly #room: number;
  readonly #clean: (text: string, room: number) => Cleaned;
  #text = "";
  /** Characters that found no room, give or take those that JSON escapes. */
  #more = 0;
  #counted = 0;

  constructor(room: number, clean: (text: string, room: number) => Cleaned) {
    this.#room = room;
    this.#clean = clean;
  }

  get text(): string {
    if (this.#more === 0) return this.#text;
    const isHalf = /[\ud800-\udbff]$/.test(this.#text);
    return `${isHalf ? this.#text.slice(0, -1) : this.#text}… [${this.#more} more]`;
  }

  /** `isHidden`: it stands below a key under which everything is secret. */
  write(given: unknown, depth: number, isHidden: boolean): void {
    if (this.#more > 0 && ++this.#counted > MOST_COUNTED) return;
    const value = hasToJson(given) ? given.toJSON() : given;
    if (Array.isArray(value)) this.#array(value, depth, isHidden);
    else if (isRecord(value)) this.#object(value, depth, isHidden);
    else if (isHidden && (typeof value === "string" || typeof value === "number")) this.#add(`"${REDACTED}"`);
    else if (typeof value === "string") this.#string(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.#add(JSON.stringify(value));
    else this.#add("null");
  }

  #array(values: readonly unknown[], depth: number, isHidden: boolean): void {
    if (depth >= DEEPEST) {
      this.#add("[…]");
      return;
    }
    this.#add("[");
    for (const [index, value] of values.entries()) {
      if (this.#counted > MOST_COUNTED) break;
      if (index > 0) this.#add(",");
      this.write(value, depth + 1, isHidden);
    }
    this.#add("]");
  }

  #object(object: Readonly<Record<string, unknown>>, depth: number, isHidden: boolean): void {
    if (depth >= DEEPEST) {
      this.#add("{…}");
      return;
    }
    this.#add("{");
    let isFirst = true;
    for (const key of Object.keys(object)) {
      if (this.#counted > MOST_COUNTED) break;
      const value = object[key];
      if (value === undefined) continue;
      if (!isFirst) this.#add(",");
      isFirst = false;
      this.#string(key);
      this.#add(":");
      const isSecret =
        value !== null && typeof value !== "boolean" && (isSecretKey(key, value) || isNamedSecret(object, key));
      if (isSecret) this.#add(`"${REDACTED}"`);
      else this.write(value, depth + 1, isHidden || isSecretContainer(key));
    }
    this.#add("}");
  }

  #number(value: number): void {
    const { shown } = this.#clean(String(value), LONGEST_NAME);
    this.#add(shown === String(value) ? JSON.stringify(value) : `"${REDACTED}"`);
  }

  #string(text: string): void {
    const room = this.#room - this.#text.length;
    if (room <= 0 || this.#more > 0) {
      this.#more += text.length + 2;
      return;
    }
    const { shown, more } = this.#clean(text, room);
    this.#add(JSON.stringify(shown));
    this.#more += more;
  }

  #add(piece: string): void {
    const room = this.#more > 0 ? 0 : this.#room - this.#text.length;
    if (piece.length <= room) {
      this.#text += piece;
      return;
    }
    this.#text += piece.slice(0, room);
    this.#more += piece.length - room;
  }
}

/** `{ name: "Authorization", value: "…" }`, as lists of headers are written. */
function isNamedSecret(object: Readonly<Record<string, unknown>>, key: string): boolean {
  if (key !== "value") return false;
  const name = object.name ?? object.key;
  return typeof name === "string" && isSecretKey(name, object[key]);
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return typeof value === "object" && value !== null && "toJSON" in value && typeof value.toJSON === "function";
}
