import type { Cell } from "./cell.js";

/**
 * Those a process is linked to. Nearly every process has one link, to its parent, and no `Set` for it: that would hold
 * 180 B of the 600 that a process takes.
 */
export type Links = Cell | Set<Cell> | undefined;

export function addLink(cell: Cell, other: Cell): void {
  const { links } = cell;
  if (links === undefined) cell.links = other;
  else if (links instanceof Set) links.add(other);
  else if (links !== other) cell.links = new Set([links, other]);
}

export function removeLink(cell: Cell, other: Cell): void {
  const { links } = cell;
  if (links === other) cell.links = undefined;
  else if (links instanceof Set) links.delete(other);
}

export function hasLink({ links }: Cell, other: Cell): boolean {
  return links instanceof Set ? links.has(other) : links === other;
}
