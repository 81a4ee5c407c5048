import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** Every child this program has started, oldest first, as Node itself tells it. */
export const children: ChildProcess[] = [];

subscribe("child_process", (message) => {
  children.push((message as { readonly process: ChildProcess }).process);
});

/**
 * Whether a process, or with a negative number anybody of a process group, lives. The dead whom nobody has collected yet
 * do not count: that is up to the system's first process.
 */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  if (pid > 0) return isLiving(pid);
  return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isLiving(Number(name), -pid));
}

/** Reads `pid (name) state parent group …` of a process. */
function isLiving(pid: number, group?: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state !== "Z" && state !== "X" && (group === undefined || Number(itsGroup) === group);
  } catch {
    return false;
  }
}

/** What a program of its own printed, and how it ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for a child to end by itself and collects what it says. */
export async function endOf(child: ChildProcess): Promise<ProgramEnd> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
