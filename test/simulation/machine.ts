import { lifecycle } from "../../src/connection/lifecycle.js";

/** The machine has taken an event while it was in these states. */
export type OnStep = (states: readonly string[], event: string) => void;

let onStep: OnStep | undefined;
let isWatched = false;
let states: readonly string[] = [];

/** Watches every connection's lifecycle from now on. One run at a time. */
export function watchMachine(listener: OnStep | undefined): void {
  onStep = listener;
  states = [];
  if (isWatched) return;
  isWatched = true;
  const provide = lifecycle.provide.bind(lifecycle);
  lifecycle.provide = (implementations) => {
    const machine = provide(implementations);
    const transition = machine.transition.bind(machine);
    machine.transition = (snapshot, event, scope) => {
      onStep?.(leavesOf(snapshot.value), nameOf(event.type));
      const next = transition(snapshot, event, scope);
      states = leavesOf(next.value);
      return next;
    };
    return machine;
  };
}

/** Where the latest connection's machine stands: its link's state and its service's, each as `link.ready`. */
export function statesNow(): readonly string[] {
  return states;
}

/** Every state with every event that it, or what it is part of, is specified to take. */
export function everyStep(): string[] {
  const all: string[] = [];
  const { open } = lifecycle.root.states;
  const common = [...(open?.transitions.keys() ?? [])];
  for (const [region, { states: leaves }] of Object.entries(open?.states ?? {})) {
    for (const [leaf, node] of Object.entries(leaves)) {
      const events = [...node.transitions.keys(), ...common].map((event) => nameOf(String(event)));
      all.push(...events.map((event) => stepOf(`${region}.${leaf}`, event)));
    }
  }
  return all;
}

function stepOf(state: string, event: string): string {
  return `${state} × ${event}`;
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [String(value)];
  const { open } = value as { readonly open?: Readonly<Record<string, string>> };
  return Object.entries(open ?? {}).map(([region, leaf]) => `${region}.${leaf}`);
}

/** `xstate.after.backoff.connection.open.link.backingOff` is `after backoff`. */
function nameOf(type: string): string {
  const [, , delay] = type.split(".");
  return type.startsWith("xstate.after.") ? `after ${delay}` : type;
}
