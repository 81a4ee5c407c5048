import type { Clock } from "../../actors/index.js";
import { isRecord, type Params, type ProgressToken, type RpcNotification } from "../protocol/message.js";
import { Coalescer } from "./coalescer.js";
import { type ClientEvents, LOG_LEVELS, type LogLevel } from "./events.js";

/** Milliseconds between two `…Changed` events at least. */
const WINDOW = 100;

/** URL elicitations that are remembered, so that their end can be told from that of unknown ones. */
const REMEMBERED = 1_024;

export type ListKind = "tools" | "prompts" | "resources";

/** What the news need of the client. */
export interface NewsShell {
  readonly clock: Clock;
  emit<E extends keyof ClientEvents>(event: E, value: ClientEvents[E]): void;
  /** A notification that is not what it should be. */
  invalid(): void;
  /** A list is another one now. Called at once, and for each notification. */
  stale(kind: ListKind): void;
  /** The same, thinned out. */
  changed(kind: ListKind): void;
  updated(uri: string): void;
  /** Whether this is the token of the subscription that is heard now. */
  isOurs(token: ProgressToken): boolean;
}

/**
 * Tells what the server's notifications mean. What is malformed is dropped and counted; what is unknown is left alone.
 *
 * Source: MCP specification, revision 2025-11-25, "Logging", "Tools", "Prompts", "Resources", "Tasks", "Elicitation";
 * 2026-07-28, "Subscriptions".
 */
export class News {
  readonly #shell: NewsShell;
  readonly #coalescers: Readonly<Record<ListKind, Coalescer>>;
  readonly #elicitations = new Set<string>();

  constructor(shell: NewsShell) {
    this.#shell = shell;
    const coalescer = (kind: ListKind) =>
      new Coalescer(shell.clock, WINDOW, () => {
        shell.emit(`${kind}Changed`, undefined);
        shell.changed(kind);
      });
    this.#coalescers = {
      tools: coalescer("tools"),
      prompts: coalescer("prompts"),
      resources: coalescer("resources"),
    };
  }

  /** `token` is that of the subscription on whose stream it came, where there is one. */
  hear({ method, params }: RpcNotification, token: ProgressToken | undefined): void {
    if (token === undefined ? isOfSubscription(params) : !this.#shell.isOurs(token)) return;
    switch (method) {
      case "notifications/message":
        this.#log(params);
        return;
      case "notifications/tools/list_changed":
        this.#changed("tools");
        return;
      case "notifications/prompts/list_changed":
        this.#changed("prompts");
        return;
      case "notifications/resources/list_changed":
        this.#changed("resources");
        return;
      case "notifications/resources/updated":
        this.#updated(params);
        return;
      case "notifications/tasks/status":
      case "notifications/tasks":
        this.#task(params);
        return;
      case "notifications/elicitation/complete":
        this.#completed(params);
        return;
    }
  }

  /** The user has been sent to a URL: the server may say when that is done. */
  expectCompletion(elicitationId: string): void {
    this.#elicitations.add(elicitationId);
    const [oldest] = this.#elicitations;
    if (this.#elicitations.size > REMEMBERED && oldest !== undefined) this.#elicitations.delete(oldest);
  }

  stop(): void {
    for (const coalescer of Object.values(this.#coalescers)) coalescer.stop();
  }

  #changed(kind: ListKind): void {
    this.#shell.stale(kind);
    this.#coalescers[kind].came();
  }

  #log(params: Params | undefined): void {
    const { level, logger, data } = params ?? {};
    if (!isLogLevel(level)) this.#shell.invalid();
    else this.#shell.emit("log", { level, logger: typeof logger === "string" ? logger : undefined, data });
  }

  #updated(params: Params | undefined): void {
    const uri = params?.uri;
    if (typeof uri !== "string") {
      this.#shell.invalid();
      return;
    }
    this.#shell.updated(uri);
    this.#shell.emit("resourceUpdated", { uri });
  }

  #task(task: Params | undefined): void {
    const { taskId, status, statusMessage } = task ?? {};
    if (task === undefined || typeof taskId !== "string" || typeof status !== "string") {
      this.#shell.invalid();
      return;
    }
    const message = typeof statusMessage === "string" ? statusMessage : undefined;
    this.#shell.emit("taskStatus", { taskId, status, statusMessage: message, task });
  }

  #completed(params: Params | undefined): void {
    const id = isRecord(params) ? params.elicitationId : undefined;
    if (typeof id === "string" && this.#elicitations.delete(id)) {
      this.#shell.emit("elicitationComplete", { elicitationId: id });
    }
  }
}

/** Of one of nobody's that we know: it was ended, or is somebody else's. */
function isOfSubscription(params: Params | undefined): boolean {
  const meta = params?._meta;
  return isRecord(meta) && meta["io.modelcontextprotocol/subscriptionId"] !== undefined;
}

export function isLogLevel(level: unknown): level is LogLevel {
  return (LOG_LEVELS as readonly unknown[]).includes(level);
}
