import type { RequestOptions } from "../../operation/operation.js";
import { ProtocolError } from "../../protocol/errors.js";
import type { Params } from "../../protocol/message.js";
import type { ListToolsResult, ReadResourceResult, ResultByMethod } from "../../protocol/results.js";
import { cleanServerText } from "../../protocol/server-text.js";
import type { Call } from "../call.js";
import type { OperationPromise } from "../operation-promise.js";
import { operationOf, type Requests } from "../requests.js";
import { type AskerParts, askerOf } from "./asker.js";
import { walkPages } from "./pages.js";
import type { ResultCache } from "./result-cache.js";
import type { CheckTool, ToolBook } from "./tool-book.js";

/** Options of what may be answered from what the server said before. */
export interface ReadOptions extends RequestOptions {
  /**
   * Asks the server even if an earlier result is still fresh by its own `ttlMs`. Default `false`. With `meta` the server
   * is always asked.
   */
  readonly fresh?: boolean | undefined;
}

/** Options of the list methods. */
export interface ListOptions extends ReadOptions {
  /** Asks for this one page only; without it every page is walked. */
  readonly cursor?: string | undefined;
}

type ListMethod = "tools/list" | "resources/list" | "resources/templates/list" | "prompts/list";
type CachedMethod = ListMethod | "resources/read" | "server/discover";

export interface ListsParts extends AskerParts {
  readonly requests: Requests;
  readonly tools: ToolBook;
  readonly cache: ResultCache;
  /** Says what is wrong with the definition of a tool, and which headers its calls have. */
  readonly checkTool: CheckTool;
  /** The tools are known (better) now. */
  readonly learned: () => void;
}

/** What can be listed and read, and may be shown again for a while. */
export class Lists {
  readonly #parts: ListsParts;
  #refreshing: Promise<unknown> | undefined = undefined;
  #isStale = false;

  constructor(parts: ListsParts) {
    this.#parts = parts;
  }

  tools(options: ListOptions | undefined): OperationPromise<ListToolsResult> {
    const learn = (result: ListToolsResult) => this.#learn(result, options?.cursor === undefined);
    return this.#parts.requests.begin("tools/list", options, (call) => this.#walk("tools/list", options, call, learn));
  }

  list<M extends Exclude<ListMethod, "tools/list">>(
    method: M,
    options: ListOptions | undefined,
  ): OperationPromise<ResultByMethod[M]> {
    return this.#parts.requests.begin(method, options, (call) => this.#walk(method, options, call));
  }

  read(uri: string, options: ReadOptions | undefined): OperationPromise<ReadResourceResult> {
    const body = (call: Call) => this.#ask("resources/read", { uri }, options, call);
    return this.#parts.requests.begin("resources/read", options, body);
  }

  discover(options: ReadOptions | undefined): OperationPromise<ResultByMethod["server/discover"]> {
    const body = (call: Call) => this.#ask("server/discover", undefined, options, call);
    return this.#parts.requests.begin("server/discover", options, body);
  }

  /**
   * Lists the tools anew, so that what is known of them is right; one list at a time, and one more if it is asked for
   * meanwhile. Resolves in any case: a list that fails is made with the next change, or the next connection.
   */
  refreshTools(): Promise<unknown> {
    this.#isStale = true;
    this.#refreshing ??= this.#refresh();
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      await this.tools({ fresh: true }).catch(() => undefined);
    }
    this.#refreshing = undefined;
  }

  #learn(result: ListToolsResult, isWhole: boolean): ListToolsResult {
    const { tools, hub, checkTool } = this.#parts;
    const fine = tools.learn(result.tools, isWhole, checkTool, (name, problem) => {
      const message = `The tool ${cleanServerText(name)} is left out, since its definition is invalid: see \`cause\``;
      hub.publish({ type: "warning", message, cause: new Error(problem) });
    });
    this.#parts.learned();
    return { ...result, tools: fine };
  }

  /** All pages, or one; a function more would push the caller's line out of an error's stack. Pages that are shown again may not fit to the rest any more: then it begins anew. */
  async #walk<M extends ListMethod>(
    method: M,
    options: ListOptions | undefined,
    call: Call,
    learn: (result: ResultByMethod[M]) => ResultByMethod[M] = (result) => result,
  ): Promise<ResultByMethod[M]> {
    let isShownAgain = false;
    const page = (using: ListOptions | undefined) => (cursor: string | undefined) => {
      const params = cursor === undefined ? undefined : { cursor };
      return this.#ask(method, params, using, call, () => {
        isShownAgain = true;
      });
    };
    try {
      return learn(await walkPages(method, options?.cursor, page(options)));
    } catch (error) {
      if (!isShownAgain || !(error instanceof ProtocolError)) throw error;
      this.#parts.cache.forget(method);
      return learn(await walkPages(method, options?.cursor, page({ ...options, fresh: true })));
    }
  }

  /** `shownAgain` is called when the server was not asked. */
  async #ask<M extends CachedMethod>(
    method: M,
    params: Params | undefined,
    options: ReadOptions | undefined,
    call: Call,
    shownAgain?: () => void,
  ): Promise<ResultByMethod[M]> {
    const { requests, cache, hub, identity } = this.#parts;
    const operation = operationOf(method, params, options);
    const isModern = hub.server?.era !== "legacy";
    const before = isModern ? await askerOf(operation, call, this.#parts) : undefined;
    const context = JSON.stringify([before, Object.entries(operation.headers ?? {}).sort()]);
    const mayShowAgain = options?.fresh !== true && operation.meta === undefined && operation.signal?.aborted !== true;
    const found = mayShowAgain && hub.closed === undefined ? cache.find(method, params, context) : undefined;
    if (found !== undefined) {
      shownAgain?.();
      return found as ResultByMethod[M];
    }
    const generation = cache.generation(method);
    const { value, hasRounds } = await requests.carry(operation, call);
    const isKept = hub.server?.era === "modern" && !hasRounds && operation.meta === undefined;
    if (!isKept || before === undefined) return value;
    // A token that was renewed meanwhile may be somebody else's: then nobody can tell whose result this is.
    const keep = (after: number | undefined) => {
      if (after === before) cache.keep(method, params, context, value, generation);
    };
    const after = identity.now();
    // The caller does not wait for a host that is slow to say.
    if (typeof after === "number") keep(after);
    else void after.then(keep);
    return value;
  }
}
