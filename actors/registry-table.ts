import { cellOf, type Directory } from "./address.js";
import type { Cell } from "./cell.js";
import { link, unlink } from "./ending.js";
import { CallError } from "./errors.js";
import { hasLink } from "./links.js";
import type { Process } from "./process.js";

/** The tables of the processes that one definition has started. */
export class Tables {
  readonly #isUnique: boolean;
  readonly #listeners: readonly Process[];
  readonly #tables = new WeakMap<Cell, Table>();

  constructor(isUnique: boolean, listeners: readonly Process[]) {
    this.#isUnique = isUnique;
    this.#listeners = listeners;
  }

  /** The table of a registry's process; there is one before the process had its first turn. @throws {CallError} */
  of(registry: Cell, method: string): Table {
    if (!registry.alive) throw new CallError("noproc", method);
    let table = this.#tables.get(registry);
    if (table === undefined) {
      table = new Table(registry, this.#isUnique, this.#listeners);
      this.#tables.set(registry, table);
    }
    return table;
  }

  /** The table of a registry or, when that has ended, of the one that has its name now. */
  current(registry: Cell): Table | undefined {
    const { name, runtime } = registry;
    if (registry.alive) return this.of(registry, "via");
    const successor = name === undefined ? undefined : runtime.whereis(name);
    return successor === undefined ? undefined : this.#tables.get(cellOf(successor));
  }
}

/** One registration. */
export interface Entry {
  readonly cell: Cell;
  readonly key: unknown;
  value: unknown;
}

/** One process that has keys. */
interface Holder {
  readonly entries: Map<unknown, Entry[]>;
  /** Whether the link to the registry is not of its making, and stays when the last key is gone. */
  readonly wasLinked: boolean;
}

/**
 * The table of one registry, found from both sides. Everybody may read it, at any time; it is written by the processes
 * that register, and by the kernel when one of them is forgotten (OTP P5, R3).
 *
 *     #byKey      "ada" ─▶ { entry, entry }       never an empty set; one entry each where keys are unique
 *                             ▲
 *     #holders    cell  ─▶ { "ada" ─▶ [entry], … }      never without a key
 */
export class Table implements Directory {
  readonly owner: Cell;
  readonly #isUnique: boolean;
  readonly #listeners: readonly Process[];
  readonly #byKey = new Map<unknown, Set<Entry>>();
  readonly #holders = new Map<Cell, Holder>();
  #count = 0;

  constructor(owner: Cell, isUnique: boolean, listeners: readonly Process[]) {
    this.owner = owner;
    this.#isUnique = isUnique;
    this.#listeners = listeners;
    // Before anybody can register, and so be linked to it.
    owner.trapsExit = true;
    owner.directories ??= new Set();
    owner.directories.add(this);
  }

  get count(): number {
    return this.#count;
  }

  /** The registrations under a key, oldest first, without those of processes that are ending. */
  at(key: unknown): Entry[] {
    return [...(this.#byKey.get(key) ?? [])].filter(({ cell }) => cell.alive);
  }

  /** The registrations of a process, or those it has under one key; none of a process that is ending. */
  of(cell: Cell, ...key: [] | [unknown]): Entry[] {
    const entries = cell.alive ? this.#holders.get(cell)?.entries : undefined;
    if (entries === undefined) return [];
    return key.length === 0 ? [...entries.values()].flat() : (entries.get(key[0]) ?? []);
  }

  /** Adds a registration; or returns, where keys are unique and this one is taken, who has it. */
  add(cell: Cell, key: unknown, value: unknown): Cell | undefined {
    const present = this.#byKey.get(key);
    if (this.#isUnique && present !== undefined) for (const { cell: holder } of present) return holder;
    const entry: Entry = { cell, key, value };
    if (present === undefined) this.#byKey.set(key, new Set([entry]));
    else present.add(entry);
    const { entries } = this.#holders.get(cell) ?? this.#admit(cell);
    const others = entries.get(key);
    if (others === undefined) entries.set(key, [entry]);
    else others.push(entry);
    this.#count++;
    this.#tell({ type: "register", registry: this.owner, key, process: cell, value });
    return undefined;
  }

  /** Removes what a process has under a key. */
  remove(cell: Cell, key: unknown): void {
    const holder = this.#holders.get(cell);
    const entries = holder?.entries.get(key);
    if (holder === undefined || entries === undefined) return;
    holder.entries.delete(key);
    for (const entry of entries) this.#drop(entry);
    if (holder.entries.size === 0) this.#dismiss(cell, holder);
    this.#tell({ type: "unregister", registry: this.owner, key, process: cell });
  }

  forget(cell: Cell): void {
    if (cell === this.owner) {
      for (const holder of this.#holders.keys()) holder.directories?.delete(this);
      this.#holders.clear();
      this.#byKey.clear();
      this.#count = 0;
      return;
    }
    const holder = this.#holders.get(cell);
    this.#holders.delete(cell);
    for (const entries of holder?.entries.values() ?? []) for (const entry of entries) this.#drop(entry);
  }

  #admit(cell: Cell): Holder {
    const holder = { entries: new Map<unknown, Entry[]>(), wasLinked: hasLink(cell, this.owner) };
    this.#holders.set(cell, holder);
    cell.directories ??= new Set();
    cell.directories.add(this);
    link(cell, this.owner);
    return holder;
  }

  #dismiss(cell: Cell, holder: Holder): void {
    this.#holders.delete(cell);
    cell.directories?.delete(this);
    if (!holder.wasLinked) unlink(cell, this.owner);
  }

  #drop(entry: Entry): void {
    const entries = this.#byKey.get(entry.key);
    entries?.delete(entry);
    if (entries?.size === 0) this.#byKey.delete(entry.key);
    this.#count--;
  }

  #tell(event: unknown): void {
    for (const listener of this.#listeners) (listener as Process<unknown>).send(event);
  }
}
