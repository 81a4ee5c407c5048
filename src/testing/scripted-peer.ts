import {
  classify,
  isProgressToken,
  isRecord,
  type Params,
  type RequestId,
  type RpcError,
  type RpcRequest,
} from "../protocol/message.js";
import type { Rule, ScriptData, Step } from "./script.js";
import { ScriptedTasks, type TaskAnswer } from "./scripted-tasks.js";

/** What a scripted server stands on: a pipe, a process, a clock. */
export interface PeerGround {
  /** Sends text as it is. */
  write(text: string): void;
  /** Writes a line to stderr. */
  log(line: string): void;
  /** Ends the server. */
  die(how: { readonly code: number | undefined; readonly signal: NodeJS.Signals | undefined }): void;
  wait(ms: number): Promise<void>;
  /** Stops taking in what the client writes, or goes on. */
  read(isReading: boolean): void;
  /** Starts a process that outlives the server and holds its stdout. */
  leaveBehind(): void;
}

/** How often each rule has been taken; shared by the incarnations of one server. */
export type UsedRules = Map<Rule, number>;

const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const UNSUPPORTED_VERSION = -32022;

/** What a list says where it may not be kept. */
const UNCACHED = { ttlMs: 0, cacheScope: "private" };

const TASKS = { cancel: {}, requests: { tools: { call: {} } } };
const EXTENSIONS = { "io.modelcontextprotocol/tasks": {} };
const CAPABILITIES = { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} };

/** Plays a script against whatever it stands on. */
export class ScriptedPeer {
  #script: ScriptData;
  readonly #ground: PeerGround;
  readonly #used: UsedRules;
  readonly #name: string;
  readonly #asked = new Map<unknown, () => void>();
  readonly #tasks: ScriptedTasks;
  #lastId = 0;
  /** Set while steps that belong together are played: what would be written is kept. */
  #batch: string[] | undefined = undefined;

  /** `name`: what the ids of its own requests begin with. */
  constructor(script: ScriptData, ground: PeerGround, used: UsedRules = new Map(), name = "ask") {
    this.#script = script;
    this.#ground = ground;
    this.#used = used;
    this.#name = name;
    this.#tasks = new ScriptedTasks(name);
  }

  /** Goes by another script from now on. */
  play(script: ScriptData): void {
    this.#script = script;
  }

  /** Takes one message of the client's. */
  receive(value: unknown): void {
    const incoming = classify(value);
    if (incoming.kind === "request") void this.#serve(incoming.request);
    else if (incoming.kind === "response") this.#answered(incoming.response.id);
  }

  async #serve(request: RpcRequest): Promise<void> {
    const rule = this.#ruleFor(request);
    if (rule !== undefined) {
      await this.#play(rule.steps, request);
      return;
    }
    const answered = this.#tasks.serve(request);
    if (answered !== undefined) {
      this.#finish(request.id, await answered);
      return;
    }
    if (this.#isModern(request)) this.#serveModern(request);
    else this.#serveLegacy(request);
  }

  #isModern(request: RpcRequest): boolean {
    const { era } = this.#script;
    return era === "modern" || (era === "dual" && versionOf(request) !== undefined);
  }

  #finish(id: unknown, answer: TaskAnswer): void {
    if ("error" in answer) this.#refuse(id, answer.error.code, answer.error.message, answer.error.data);
    else this.#reply(id, answer.result);
  }

  #ruleFor(request: RpcRequest): Rule | undefined {
    const tool = request.method === "tools/call" ? request.params?.name : undefined;
    const fits = (rule: Rule) =>
      rule.method === request.method &&
      (rule.tool === undefined || rule.tool === tool) &&
      (this.#used.get(rule) ?? 0) < rule.times;
    const rule = this.#script.rules.find(fits);
    if (rule !== undefined) this.#used.set(rule, (this.#used.get(rule) ?? 0) + 1);
    return rule;
  }

  #serveModern(request: RpcRequest): void {
    const { id, method, params } = request;
    const refusal = refusalOf(request, this.#script.modernVersions);
    if (refusal !== undefined) this.#refuse(id, refusal.code, refusal.message, refusal.data);
    else if (method === "server/discover") this.#reply(id, this.#discoverResult());
    else if (method === "tools/list") this.#reply(id, { tools: this.#script.tools, ...UNCACHED });
    else if (method === "subscriptions/listen")
      this.#tell(id, "notifications/subscriptions/acknowledged", { notifications: params?.notifications });
    else this.#refuse(id, METHOD_NOT_FOUND, `No rule for ${method}`);
  }

  #discoverResult(): Params {
    return {
      supportedVersions: this.#script.modernVersions,
      capabilities: this.#hasTasks ? { ...CAPABILITIES, extensions: EXTENSIONS } : CAPABILITIES,
      _meta: { "io.modelcontextprotocol/serverInfo": { name: this.#script.name, version: "1.0.0" } },
      ...UNCACHED,
    };
  }

  #serveLegacy({ id, method, params }: RpcRequest): void {
    if (method === "initialize") this.#reply(id, this.#initializeResult(params));
    else if (method === "ping") this.#reply(id, {});
    else if (method === "tools/list") this.#reply(id, { tools: this.#script.tools });
    else this.#refuse(id, METHOD_NOT_FOUND, `No rule for ${method}`);
  }

  get #hasTasks(): boolean {
    return this.#script.tools.some(({ execution }) => execution !== undefined);
  }

  #initializeResult(params: Params | undefined): Params {
    return {
      protocolVersion: this.#script.protocolVersion ?? params?.protocolVersion,
      capabilities: this.#hasTasks ? { ...CAPABILITIES, tasks: TASKS } : CAPABILITIES,
      serverInfo: { name: this.#script.name, version: "1.0.0" },
    };
  }

  async #play(steps: readonly Step[], request: RpcRequest): Promise<void> {
    for (const step of steps) {
      if (step.do === "stall") return;
      if (step.do === "needInput" && this.#tasks.has(request.id))
        await this.#tasks.need(request.id, step.inputRequests);
      else if (step.do === "needInput" && this.#needInput(step, request)) return;
      const pending = this.#perform(step, request);
      if (pending !== undefined) await pending;
    }
  }

  #perform(step: Step, request: RpcRequest): Promise<void> | undefined {
    switch (step.do) {
      case "answer":
        this.#reply(request.id, step.result);
        return undefined;
      case "echo":
        this.#reply(request.id, { content: [{ type: "text", text: JSON.stringify(request.params ?? null) }] });
        return undefined;
      case "fail":
        this.#refuse(request.id, step.code, step.message, step.data);
        return undefined;
      case "progress":
        this.#progress(step, request);
        return undefined;
      case "flood":
        return this.#together(progressTo(step.total), request);
      case "notify":
        this.#send({ method: step.method, params: step.params });
        return undefined;
      case "tell":
        this.#tell(request.id, step.method, step.params);
        return undefined;
      case "ask":
        return this.#tasks.has(request.id)
          ? this.#askForTask(step.method, step.params, request.id)
          : this.#ask(step.method, step.params);
      case "task":
        return this.#becomeTask(step, request);
      case "status":
        this.#tasks.say(request.id, step.message);
        return undefined;
      case "wait":
        return this.#ground.wait(step.ms);
      case "raw":
        this.#write(step.text);
        return undefined;
      case "log":
        this.#ground.log(step.line);
        return undefined;
      case "die":
        this.#ground.die({ code: step.code, signal: step.signal });
        return undefined;
      case "stopReading":
        this.#ground.read(false);
        return undefined;
      case "readOn":
        this.#ground.read(true);
        return undefined;
      case "leaveBehind":
        this.#ground.leaveBehind();
        return undefined;
      case "together":
        return this.#together(step.steps, request);
      case "needInput":
      case "stall":
        return undefined;
    }
  }

  async #together(steps: readonly Step[], request: RpcRequest): Promise<void> {
    if (this.#batch !== undefined) {
      await this.#play(steps, request);
      return;
    }
    const batch: string[] = [];
    this.#batch = batch;
    await this.#play(steps, request);
    this.#batch = undefined;
    this.#write(batch.join(""));
  }

  /** Asks for input; says whether it had to. */
  #needInput({ inputRequests, requestState }: Step & { readonly do: "needInput" }, request: RpcRequest): boolean {
    const { inputResponses } = request.params ?? {};
    const given = isRecord(inputResponses) ? inputResponses : {};
    if (Object.keys(inputRequests).every((key) => Object.hasOwn(given, key))) return false;
    this.#reply(request.id, { resultType: "input_required", inputRequests, requestState });
    return true;
  }

  #progress(step: Step & { readonly do: "progress" }, request: RpcRequest): void {
    const meta = request.params?._meta;
    const progressToken = isRecord(meta) ? meta.progressToken : undefined;
    if (!isProgressToken(progressToken)) return;
    const { do: _, ...update } = step;
    this.#send({ method: "notifications/progress", params: { progressToken, ...update } });
  }

  async #becomeTask({ look, steps }: Step & { readonly do: "task" }, request: RpcRequest): Promise<void> {
    const { id, created } = this.#tasks.create(look, this.#isModern(request));
    this.#reply(request.id, created);
    await this.#play(steps, { ...request, id });
  }

  async #askForTask(method: string, params: Params | undefined, taskId: RequestId): Promise<void> {
    await this.#tasks.listen(taskId);
    await this.#ask(method, { ...params, _meta: { "io.modelcontextprotocol/related-task": { taskId } } });
  }

  #ask(method: string, params: Params | undefined): Promise<void> {
    const id = `${this.#name}-${++this.#lastId}`;
    this.#send({ id, method, params });
    return new Promise((resolve) => this.#asked.set(id, resolve));
  }

  #answered(id: unknown): void {
    const goOn = this.#asked.get(id);
    this.#asked.delete(id);
    goOn?.();
  }

  #tell(id: RequestId, method: string, params: Params | undefined): void {
    const _meta = { ...(params?._meta as Params | undefined), "io.modelcontextprotocol/subscriptionId": id };
    this.#send({ method, params: { ...params, _meta } });
  }

  /** A result says of which type it is, once there are types. */
  #reply(id: unknown, result: unknown): void {
    if (this.#tasks.end(id, { result })) return;
    const isTyped = this.#script.era !== "legacy" && isRecord(result);
    this.#send({ id, result: isTyped ? { resultType: "complete", ...result } : result });
  }

  #refuse(id: unknown, code: number, message: string, data?: unknown): void {
    if (this.#tasks.end(id, { error: { code, message, data } })) return;
    this.#send({ id, error: { code, message, data } });
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.#write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  #write(text: string): void {
    if (this.#batch === undefined) this.#ground.write(text);
    else this.#batch.push(text);
  }
}

/** Which revision a request says it is of. */
function versionOf({ params }: RpcRequest): unknown {
  const meta = params?._meta;
  return isRecord(meta) ? meta["io.modelcontextprotocol/protocolVersion"] : undefined;
}

/** What is wrong with a request, where every one has to say which revision it is of, and who asks. */
function refusalOf(request: RpcRequest, supported: readonly string[]): RpcError | undefined {
  const requested = versionOf(request);
  const meta = request.params?._meta;
  const isWhole = isRecord(meta) && isRecord(meta["io.modelcontextprotocol/clientCapabilities"]);
  if (!isWhole || typeof requested !== "string") {
    return { code: INVALID_PARAMS, message: `Expected the _meta of this server's revisions: ${supported.join(", ")}` };
  }
  if (supported.includes(requested)) return undefined;
  return { code: UNSUPPORTED_VERSION, message: "Unsupported protocol version", data: { supported, requested } };
}

function progressTo(total: number): Step[] {
  return Array.from({ length: total }, (_, index) => ({ do: "progress", progress: index + 1, total }));
}
