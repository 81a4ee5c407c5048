import type { Process, ProcessNode } from "../../actors/index.js";

/** The first process with that label, wherever it is. */
export function find(nodes: readonly ProcessNode[], label: string): Process | undefined {
  for (const node of nodes) {
    const found = node.label === label ? node.process : find(node.children, label);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All of them, each with its children. */
export function labels(nodes: readonly ProcessNode[]): string {
  return nodes.map((node) => `${node.label} [${labels(node.children)}]`).join(", ");
}

/** Which of those with its label it is. */
export function labelOf(process: Process): string {
  return `${process.label} ${process.id}`;
}
