import type { ChildProcess } from "node:child_process";
import spawn from "cross-spawn";
import type { Runtime } from "../../actors/index.js";
import { childEnvironment } from "./environment.js";
import { adoptGroup, dropGroup, makesGroup, signalGroup } from "./process-groups.js";

/** How a server is started: the keys of one `mcpServers` entry. */
export interface StdioServer {
  readonly type?: "stdio" | undefined;
  /** The program; looked up in PATH. */
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** Added to the few variables a server inherits (PATH, HOME and the like). */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Its working directory; default: ours. */
  readonly cwd?: string | undefined;
  /**
   * Where its stderr goes besides the ring that errors quote: nowhere (`"ring"`, the default), to ours (`"inherit"`), or
   * line by line to a function.
   */
  readonly stderr?: "ring" | "inherit" | ((line: string) => void) | undefined;
}

/** Milliseconds a server has to end after its stdin has ended, and again after SIGTERM, before SIGKILL. */
const GRACE = 1_000;
/** Milliseconds in which a killed group is gone, unless nobody collects its dead (a container without an init). */
const DYING = 10;
/** Milliseconds between the first two looks at whether a group is gone: the system sends no event. Each is twice as long. */
const LOOK = 1;

/** A child process with its group: how it is started, and how all of it is ended. */
export class Child {
  readonly process: ChildProcess;
  readonly #runtime: Runtime;
  readonly #exited: Promise<void>;
  #hasExited = false;

  constructor(server: StdioServer, runtime: Runtime) {
    this.#runtime = runtime;
    this.process = spawn(server.command, [...(server.args ?? [])], {
      cwd: server.cwd,
      env: childEnvironment(server.env),
      stdio: ["pipe", "pipe", "pipe"],
      detached: makesGroup,
      windowsHide: true,
    });
    if (this.process.pid !== undefined) adoptGroup(runtime, this.process.pid);
    this.#exited = new Promise((resolve) => {
      const gone = () => {
        this.#hasExited = true;
        resolve();
      };
      this.process.once("exit", gone);
      // Without a pid it never lived: there will be no exit.
      this.process.once("error", () => this.process.pid === undefined && gone());
    });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Ends it in order: end of stdin, then SIGTERM, then SIGKILL, a second between them. Waits for the whole group. */
  async end(): Promise<void> {
    this.process.stdin?.end();
    if (await this.#isGoneWithin(GRACE)) return;
    if (this.pid !== undefined) signalGroup(this.pid, "SIGTERM");
    if (await this.#isGoneWithin(GRACE)) return;
    await this.kill(GRACE);
  }

  /** Ends it, and all it has started, at once; waits at most so many milliseconds until all of that is gone. */
  async kill(limit: number = DYING): Promise<void> {
    const { pid } = this;
    if (pid !== undefined) {
      signalGroup(pid, "SIGKILL");
      await this.#exited;
      await this.#isGroupGoneBy(pid, this.#runtime.clock.now() + limit);
    }
    this.release();
  }

  /** Lets go of pipes and listeners; for when the process is gone or nobody cares any more. */
  release(): void {
    for (const stream of [this.process.stdin, this.process.stdout, this.process.stderr]) {
      // A destroyed stream may still report what it was doing; nobody is there to hear it.
      stream?.on("error", ignore);
      stream?.destroy();
    }
    if (this.pid !== undefined) dropGroup(this.#runtime, this.pid);
  }

  async #isGoneWithin(ms: number): Promise<boolean> {
    const { pid } = this;
    if (pid === undefined) return true;
    const { clock } = this.#runtime;
    const end = clock.now() + ms;
    if (!(await this.#exitsWithin(ms)) || !(await this.#isGroupGoneBy(pid, end))) return false;
    this.release();
    return true;
  }

  async #isGroupGoneBy(pid: number, end: number): Promise<boolean> {
    const { clock } = this.#runtime;
    for (let look = LOOK; signalGroup(pid, 0); look *= 2) {
      const left = end - clock.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => clock.setTimer(Math.min(look, left), resolve));
    }
    return true;
  }

  #exitsWithin(ms: number): Promise<boolean> {
    const { clock } = this.#runtime;
    return new Promise((resolve) => {
      const timer = clock.setTimer(ms, () => resolve(this.#hasExited));
      void this.#exited.then(() => {
        clock.clearTimer(timer);
        resolve(true);
      });
    });
  }
}

function ignore(): void {}
