import type { Cell } from "./cell.js";
import type { ProcessNode } from "./inspect.js";
import { Phase } from "./phase.js";

/** The processes under `parent`, oldest first, with everything under them. */
export function treeUnder(cells: Iterable<Cell>, parent: Cell | undefined): ProcessNode[] {
  const childrenOf = new Map<Cell | undefined, Cell[]>();
  for (const cell of cells) {
    const above = isRoot(cell) ? undefined : cell.parent;
    const siblings = childrenOf.get(above);
    if (siblings === undefined) childrenOf.set(above, [cell]);
    else siblings.push(cell);
  }
  const build = (above: Cell | undefined): ProcessNode[] =>
    (childrenOf.get(above) ?? []).map((cell) => nodeOf(cell, build(cell)));
  return build(parent);
}

/** Whether nobody is above it: started by the runtime, or outliving who started it. */
export function isRoot(cell: Cell): boolean {
  return cell.parent === undefined || cell.parent.hasEnded;
}

/**
 * Draws a tree for people:
 *
 *     client files (supervisor)
 *     └─ connection
 *        └─ transport #3 · pid 4711
 */
export function drawTree(nodes: readonly ProcessNode[]): string {
  const lines: string[] = [];
  for (const node of nodes) {
    lines.push(lineOf(node));
    draw(node.children, "", lines);
  }
  return lines.join("\n");
}

function draw(nodes: readonly ProcessNode[], indent: string, lines: string[]): void {
  nodes.forEach((node, index) => {
    const isLast = index === nodes.length - 1;
    lines.push(`${indent}${isLast ? "└─ " : "├─ "}${lineOf(node)}`);
    draw(node.children, `${indent}${isLast ? "   " : "│  "}`, lines);
  });
}

function lineOf(node: ProcessNode): string {
  const parts = [node.type === "supervisor" ? `${node.label} (supervisor)` : node.label];
  for (const [key, value] of Object.entries(node.details)) parts.push(`${key} ${value}`);
  if (node.restarts > 0) parts.push(`restarted ${node.restarts}×`);
  if (node.mailbox > 0) parts.push(`${node.mailbox} unread`);
  if (node.state !== "running") parts.push(node.state);
  return parts.join(" · ");
}

function nodeOf(cell: Cell, children: readonly ProcessNode[]): ProcessNode {
  return {
    process: cell,
    label: cell.label,
    type: cell.type,
    state: stateOf(cell),
    mailbox: cell.mailbox,
    restarts: cell.restarts,
    details: describe(cell),
    children,
  };
}

function stateOf(cell: Cell): ProcessNode["state"] {
  if (!cell.alive) return "exiting";
  if (cell.phase !== Phase.running) return "starting";
  return cell.isBusy ? "waiting" : "running";
}

function describe(cell: Cell): Readonly<Record<string, unknown>> {
  try {
    return cell.behaviour?.describe?.() ?? {};
  } catch {
    return {};
  }
}
