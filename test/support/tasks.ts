import { answer, Script, type ScriptEra, type Step } from "../../src/testing/index.js";
import { connectInMemory, type Stage, type StageOptions } from "./memory.js";

/** Both eras; what `protocol` chooses is what the script speaks. */
export const taskEras = ["legacy", "modern"] as const;
type TaskEra = (typeof taskEras)[number];

/** A task as a server of the modern era shows it. */
export const shown = (status: string, more: object = {}) => ({ taskId: "T", status, ttlMs: null, ...more });
/** What makes a task of a call there, and what a poll is answered with. */
export const created = (more: object = {}): Step => answer({ resultType: "task", ...shown("working", more) });
export const state = (status: string, more: object = {}): Step => answer(shown(status, more));
export const completed = (text = "done", more: object = {}): Step =>
  state("completed", { result: { content: [{ type: "text", text }] }, ...more });

export function script(era: ScriptEra): Script {
  return new Script({ era });
}

/** A client that knows the server's tools: in the legacy era these say which ones have to be tasks. */
export async function connectWithTasks(of: Script, options: StageOptions & { readonly era: TaskEra }): Promise<Stage> {
  const { era, ...rest } = options;
  const stage = await connectInMemory(of, { protocol: era, ...rest });
  if (era === "legacy") await stage.drive(stage.client.listTools());
  return stage;
}
