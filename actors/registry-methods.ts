import { cellOf } from "./address.js";
import type { Cell } from "./cell.js";
import { AlreadyStartedError, CallError } from "./errors.js";
import type { Process } from "./process.js";
import type { RegisterResult, RegistryEntry, UpdateValueResult } from "./registry.js";
import type { Entry, Table, Tables } from "./registry-table.js";
import { Via } from "./registry-via.js";
import type { Self } from "./self.js";

/** What every registry's reference can do. Called with the registry's process as `this`, like all methods of references. */
export function commonMethods(tables: Tables) {
  return {
    register(this: Cell, self: Self<unknown>, key: unknown, value: unknown): RegisterResult {
      const table = tables.of(this, "register");
      const cell = cellOf(self.process);
      // A handler may outlast its process (OTP E5); what it registers then, nobody would ever forget.
      if (!cell.alive) throw new CallError("noproc", "register");
      const holder = table.add(cell, key, value);
      return holder === undefined ? { status: "ok" } : { status: "already_registered", process: holder };
    },
    unregister(this: Cell, self: Self<unknown>, key: unknown): void {
      tables.of(this, "unregister").remove(cellOf(self.process), key);
    },
    lookup(this: Cell, key: unknown): RegistryEntry<unknown>[] {
      return tables.of(this, "lookup").at(key).map(toPublic);
    },
    keys(this: Cell, process: Process): unknown[] {
      const entries = tables.of(this, "keys").of(cellOf(process));
      return entries.map(({ key }) => key);
    },
    values(this: Cell, key: unknown, process: Process): unknown[] {
      const entries = tables.of(this, "values").of(cellOf(process), key);
      return entries.map(({ value }) => value);
    },
    count(this: Cell): number {
      return tables.of(this, "count").count;
    },
    dispatch(this: Cell, key: unknown, callback: (entries: RegistryEntry<unknown>[]) => void): void {
      const entries = tables.of(this, "dispatch").at(key);
      if (entries.length > 0) callback(entries.map(toPublic));
    },
  };
}

/** What unique keys allow besides. */
export function uniqueMethods(tables: Tables) {
  return {
    whereis(this: Cell, key: unknown): Process | undefined {
      return holderIn(tables.of(this, "whereis"), key);
    },
    via(this: Cell, key: unknown, value: unknown): Via {
      const label = `${this.label}/${wordFor(key)}`;
      const find = () => holderIn(tables.current(this), key);
      const take = (process: Process) => takeIn(tables.current(this), cellOf(process), key, value, label);
      return new Via(this.runtime, find, { label, take });
    },
    updateValue(
      this: Cell,
      self: Self<unknown>,
      key: unknown,
      update: (value: unknown) => unknown,
    ): UpdateValueResult<unknown> {
      const [entry] = tables.of(this, "updateValue").of(cellOf(self.process), key);
      if (entry === undefined) return { status: "not_registered" };
      const previous = entry.value;
      entry.value = update(previous);
      return { status: "ok", value: entry.value, previous };
    },
  };
}

/** The same for duplicate keys, and for those whom no compiler stops. */
export const refusedMethods = { whereis: refuse("whereis"), via: refuse("via"), updateValue: refuse("updateValue") };

function refuse(method: string) {
  return function (this: Cell): never {
    throw new TypeError(`Expected the registry ${this.label} to have unique keys: ${method} is not for duplicate ones`);
  };
}

function holderIn(table: Table | undefined, key: unknown): Cell | undefined {
  return table?.at(key)[0]?.cell;
}

function takeIn(table: Table | undefined, cell: Cell, key: unknown, value: unknown, label: string): void {
  if (table === undefined) {
    cell.crash(new CallError("noproc", "register"));
    return;
  }
  const holder = table.add(cell, key, value);
  if (holder !== undefined) cell.crash(new AlreadyStartedError(label, holder));
}

function toPublic({ cell, value }: Entry): RegistryEntry<unknown> {
  return { process: cell, value };
}

/** A key in a word, and never its content where it is more than a word. */
function wordFor(key: unknown): string {
  if (typeof key === "object" && key !== null) return "an object";
  return typeof key === "function" ? "a function" : String(key).slice(0, 100);
}
