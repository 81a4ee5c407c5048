import type { Clock } from "../../actors/index.js";
import type { Answerer } from "../connection/answers.js";
import type { Backoff } from "../connection/backoff.js";
import { missingCapability } from "../protocol/capabilities.js";
import { CapabilityError } from "../protocol/errors.js";
import { errorOf, type Failure } from "../protocol/failure.js";
import type { Params } from "../protocol/message.js";
import { requiredElicitations } from "../protocol/required-elicitations.js";
import type { CallToolResult } from "../protocol/results.js";
import { answererOf } from "./handlers/answerer.js";
import { Roots } from "./handlers/roots.js";
import type { ElicitationHandler, Root, SamplingHandler } from "./handlers/types.js";
import type { Hub } from "./hub.js";
import type { Identity } from "./lists/identity.js";
import { Lists } from "./lists/lists.js";
import { ResultCache } from "./lists/result-cache.js";
import type { CheckTool, ToolBook } from "./lists/tool-book.js";
import { LogLevels } from "./log-level.js";
import { type ListKind, News } from "./news.js";
import { outputCheck } from "./output-check.js";
import { untilReady } from "./readiness.js";
import { type Look, Requests, type RequestsParts } from "./requests.js";
import type { Filter } from "./subscriptions/filter.js";
import { LegacyWire } from "./subscriptions/legacy-wire.js";
import { ModernWire } from "./subscriptions/modern-wire.js";
import { Subscriptions } from "./subscriptions/subscriptions.js";
import type { SubscriptionWire } from "./subscriptions/wire.js";
import type { Validators } from "./validators.js";

export interface WorkingsParts {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly tools: ToolBook;
  readonly identity: Identity;
  readonly schemas: RequestsParts["schemas"];
  readonly defaults: RequestsParts["defaults"];
  readonly backoff: Backoff;
  readonly random: () => number;
  readonly tokens: RequestsParts["tokens"];
  readonly capabilities: Params;
  readonly roots: readonly Root[];
  readonly onSampling: SamplingHandler | undefined;
  readonly onElicitation: ElicitationHandler | undefined;
  readonly validators: Validators;
  readonly checkTool: CheckTool;
}

/** Which cached results a changed list makes stale. */
const LISTS_OF = {
  tools: ["tools/list"],
  prompts: ["prompts/list"],
  resources: ["resources/list", "resources/templates/list"],
} as const;

/** What works behind a client, put together: what it keeps over reconnects, and what it does about the server's news. */
export class Workings {
  readonly requests: Requests;
  readonly lists: Lists;
  readonly roots: Roots;
  readonly logLevels: LogLevels;
  readonly subscriptions: Subscriptions;
  /** Answers what the server asks. */
  readonly answer: Answerer;
  readonly #parts: WorkingsParts;
  /** Whether a tool's result is what the tool has promised. */
  readonly checkOutput: Look<CallToolResult>;
  readonly #cache: ResultCache;
  readonly #news: News;
  readonly #wires: { readonly legacy: LegacyWire; readonly modern: ModernWire };
  /** Set when the roots changed while nobody could be told. */
  #hasNewRoots = false;
  #hasBeenReady = false;

  /** @throws {ConfigError} for roots that cannot be. */
  constructor(parts: WorkingsParts) {
    const { hub, clock, tools, identity, checkTool } = parts;
    this.#parts = parts;
    this.#cache = new ResultCache(() => clock.now());
    this.checkOutput = outputCheck(tools, parts.validators);
    this.requests = new Requests({
      ...parts,
      refused: (error) => {
        for (const id of requiredElicitations(error)) this.#news.expectCompletion(id);
      },
    });
    const learned = () => this.#wires.modern.look();
    this.lists = new Lists({ requests: this.requests, hub, tools, identity, cache: this.#cache, checkTool, learned });
    this.roots = new Roots(parts.roots, () => this.#rootsChanged());
    this.logLevels = new LogLevels(hub, this.requests);
    this.#wires = { legacy: this.#legacyWire(), modern: this.#modernWire() };
    this.subscriptions = new Subscriptions({
      wire: () => this.#wire(),
      wireNow: () => this.#wireNow(),
      failed: (error) => hub.events.emit("callbackError", { token: undefined, error, count: 1 }),
      dropped: () => hub.overflowed(),
    });
    this.#news = this.#makeNews();
    this.answer = answererOf({
      ...parts,
      roots: this.roots,
      failed: (error) => hub.events.emit("callbackError", { token: undefined, error, count: 1 }),
      urlAccepted: ({ elicitationId }) =>
        elicitationId === undefined ? undefined : this.#news.expectCompletion(elicitationId),
    });
    hub.onNotification((notification, token) => {
      if (notification.method === "notifications/subscriptions/acknowledged") {
        this.#wires.modern.acknowledged(token, notification.params);
      } else this.#news.hear(notification, token);
    });
    const unwatch = hub.watch(() => {
      if (hub.closed === undefined) return;
      unwatch();
      this.#stop(hub.closed);
    });
    hub.onReady(() => this.#restore());
    hub.onHeardChanged(() => this.#wires.modern.look());
    hub.toolHeaders = tools.headers;
    hub.refreshTools = () => this.lists.refreshTools();
  }

  /** However the client ended: nothing is told and nothing is tried any more. */
  #stop(failure: Failure): void {
    this.#news.stop();
    this.#wires.modern.stop(failure);
  }

  /** There is a connection (again), whose server may be another one, and knows of nothing. */
  #restore(): void {
    const { hub, tools } = this.#parts;
    this.#cache.clear();
    this.logLevels.restore();
    if (this.#hasNewRoots) this.#rootsChanged();
    if (this.#hasBeenReady && tools.hasList) void this.lists.refreshTools();
    this.#hasBeenReady = true;
    const era = hub.server?.era ?? "legacy";
    this.#wires[era].restore(era === "legacy" ? this.subscriptions.accepted : []);
  }

  /** In the modern era nobody waits for this, and the codec leaves it out. */
  #rootsChanged(): void {
    const { hub, capabilities } = this.#parts;
    hub.reporter.roots("changed", this.roots.all.length);
    const declared = capabilities.roots as { readonly listChanged?: unknown } | undefined;
    if (declared?.listChanged !== true) {
      const message =
        "The roots changed, but no server hears of it: give `roots` to `connect`, even if there are none yet";
      if (declared === undefined) hub.publish({ type: "warning", message });
      return;
    }
    this.#hasNewRoots = this.#hasBeenReady && hub.state !== "ready";
    if (hub.state !== "ready") return;
    const method = "notifications/roots/list_changed";
    hub.link.notify({ method, text: JSON.stringify({ jsonrpc: "2.0", method }) });
  }

  #makeNews(): News {
    const { hub, clock, tools } = this.#parts;
    return new News({
      clock,
      emit: (event, value) => hub.events.emit(event, value),
      invalid: () => {
        hub.stats.messages.invalid++;
        hub.publish({ type: "dropped", what: "messages.invalid" });
      },
      stale: (kind: ListKind) => {
        for (const method of LISTS_OF[kind]) this.#cache.forget(method);
      },
      changed: (kind) => {
        // Not on the connection's stack: a process cannot call itself.
        if (kind === "tools" && tools.hasList) clock.soon(() => void this.lists.refreshTools());
      },
      updated: (uri) => {
        this.#cache.forget("resources/read", uri);
        this.subscriptions.updated(uri);
      },
      isOurs: (token) => this.#wires.modern.isOurs(token),
    });
  }

  #legacyWire(): LegacyWire {
    return new LegacyWire({
      request: (method, uri) => this.requests.perform(method, { uri }, undefined),
      warn: (message, cause) => this.#parts.hub.publish({ type: "warning", message, cause }),
    });
  }

  #modernWire(): ModernWire {
    const { hub, clock, backoff, random, tokens, defaults } = this.#parts;
    return new ModernWire({
      clock,
      backoff,
      random,
      limit: defaults.timeout,
      newToken: () => tokens.make(),
      isReady: () => hub.state === "ready",
      wanted: () => this.#wanted(),
      open: (token, params) =>
        hub.link.request({
          method: "subscriptions/listen",
          params,
          meta: undefined,
          token,
          caller: undefined,
          priority: 0,
          // Over a reconnect it is opened again by itself, however often.
          retry: Number.POSITIVE_INFINITY,
          timeout: Number.POSITIVE_INFINITY,
          maxTimeout: Number.POSITIVE_INFINITY,
          calledAt: clock.now(),
          startedAt: clock.now(),
          headers: undefined,
          isStream: true,
          deliver: undefined,
        }),
      cancel: (token) => hub.link.cancel({ token, caller: undefined, reason: undefined }),
      warn: (message, cause) => hub.publish({ type: "warning", message, cause }),
    });
  }

  /** What a server of the modern era shall tell: what somebody listens to, or the client itself needs. */
  #wanted(): Filter {
    const { hub, tools } = this.#parts;
    const { tools: ofTools, prompts, resources } = hub.server?.capabilities ?? {};
    const isModern = hub.server?.era === "modern";
    return {
      toolsListChanged:
        isModern && ofTools?.listChanged === true && (tools.hasList || hub.events.hears("toolsChanged")),
      promptsListChanged: isModern && prompts?.listChanged === true && hub.events.hears("promptsChanged"),
      resourcesListChanged: isModern && resources?.listChanged === true && hub.events.hears("resourcesChanged"),
      uris: isModern ? this.subscriptions.uris : [],
    };
  }

  async #wire(): Promise<SubscriptionWire> {
    const { hub, clock, defaults } = this.#parts;
    const failure = await untilReady(hub, clock, { timeout: defaults.timeout, atFirst: false });
    if (failure !== undefined) throw errorOf("subscribe", failure, { outcome: "not_sent", attempts: 0 });
    const { server } = hub;
    if (server === undefined || missingCapability("resources/subscribe", { ...server, era: "legacy" }) !== undefined) {
      throw new CapabilityError("subscribe", "resources.subscribe");
    }
    return this.#wires[server.era];
  }

  #wireNow(): SubscriptionWire | undefined {
    const { hub } = this.#parts;
    return hub.state === "ready" && hub.server !== undefined ? this.#wires[hub.server.era] : undefined;
  }
}
