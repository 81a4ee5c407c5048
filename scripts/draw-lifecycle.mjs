// Draws the connection's lifecycle machine into docs/architecture.md, between its two markers, as a Mermaid state
// diagram: `node scripts/draw-lifecycle.mjs`. Build first. A test fails while the drawing is not the machine's.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const BEGIN = "<!-- lifecycle: begin (npm run docs:draw) -->";
const END = "<!-- lifecycle: end -->";

/** An xstate machine's config as the body of a Mermaid code block. */
export function drawMachine({ initial, states }) {
  return ["stateDiagram-v2", ...drawStates(initial, states, [], "  ")].join("\n");
}

/** The page with the drawing between its markers, whatever was there before. */
export function insertDrawing(page, drawing) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`Expected the page to have the markers ${BEGIN} and ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\`\`\`mermaid\n${drawing}\n\`\`\`\n${page.slice(end)}`;
}

/** The states beside each other under one parent, and the arrows that leave them. */
function drawStates(initial, states, parents, indent) {
  const lines = [`${indent}[*] --> ${idOf([...parents, initial])}`];
  for (const [name, state] of Object.entries(states)) lines.push(...drawState(name, state, parents, indent));
  return lines;
}

function drawState(name, state, parents, indent) {
  const path = [...parents, name];
  const id = idOf(path);
  const declaration = id === name ? `state ${id}` : `state "${name}" as ${id}`;
  const lines =
    state.states === undefined
      ? [`${indent}${declaration}`]
      : [`${indent}${declaration} {`, ...drawInside(state, path, `${indent}  `), `${indent}}`];
  for (const kind of ["entry", "exit"]) {
    if (state[kind] !== undefined) lines.push(`${indent}${id}: ${kind} / ${namesOf(state[kind])}`);
  }
  for (const { label, target } of arrowsOf(state)) {
    const to = target === undefined ? undefined : idOf([...parents, target]);
    lines.push(to === undefined ? `${indent}${id}: ${label}` : `${indent}${id} --> ${to}: ${label}`);
  }
  if (state.type === "final") lines.push(`${indent}${id} --> [*]`);
  return lines;
}

/** A parallel state has its regions side by side. */
function drawInside({ type, initial, states }, path, indent) {
  if (type !== "parallel") return drawStates(initial, states, path, indent);
  const regions = Object.entries(states).map(([name, region]) => drawState(name, region, path, indent));
  return regions.flatMap((lines, index) => (index === 0 ? lines : [`${indent}--`, ...lines]));
}

/** Transitions by event and by delay; one without a target only acts. */
function arrowsOf({ on = {}, after = {} }) {
  const named = [
    ...Object.entries(on).map(([event, to]) => [event, to]),
    ...Object.entries(after).map(([delay, to]) => [`after ${delay}`, to]),
  ];
  return named.flatMap(([name, to]) =>
    [to].flat().map((transition) => {
      const { target, actions } = typeof transition === "string" ? { target: transition } : transition;
      return { target, label: actions === undefined ? name : `${name} / ${namesOf(actions)}` };
    }),
  );
}

function namesOf(actions) {
  return [actions]
    .flat()
    .map((action) => (typeof action === "string" ? action : action.type))
    .join(", ");
}

function idOf(path) {
  return path.join("_");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { lifecycle } = await import("../dist/src/connection/lifecycle.js");
  const page = new URL("../docs/architecture.md", import.meta.url);
  writeFileSync(page, insertDrawing(readFileSync(page, "utf8"), drawMachine(lifecycle.config)));
}
