import { classify, isProgressToken, isRecord, type Params, type RpcRequest } from "../protocol/message.js";
import type { Rule, ScriptData, Step } from "./script.js";

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

/** Plays a script against whatever it stands on. */
export class ScriptedPeer {
  readonly #script: ScriptData;
  readonly #ground: PeerGround;
  readonly #used: UsedRules;
  readonly #name: string;
  readonly #asked = new Map<unknown, () => void>();
  #lastId = 0;
  /** Set while steps that belong together are played: what would be written is kept. */
  #batch: string[] | undefined = undefined;

  /** `name`: what the ids of its own requests begin with. */
  constructor(script: ScriptData, ground: PeerGround, used: UsedRules = new Map(), name = "ask") {
    this.#script = script;
    this.#ground = ground;
    this.#used = used;
    this.#name = name;
  }

  /** Takes one message of the client's. */
  receive(value: unknown): void {
    const incoming = classify(value);
    if (incoming.kind === "request") void this.#serve(incoming.request);
    else if (incoming.kind === "response") this.#answered(incoming.response.id);
  }

  async #serve(request: RpcRequest): Promise<void> {
    const rule = this.#ruleFor(request);
    if (rule === undefined) this.#serveByDefault(request);
    else await this.#play(rule.steps, request);
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

  #serveByDefault({ id, method, params }: RpcRequest): void {
    if (method === "initialize") this.#reply(id, this.#initializeResult(params));
    else if (method === "ping") this.#reply(id, {});
    else if (method === "tools/list") this.#reply(id, { tools: this.#script.tools });
    else this.#refuse(id, METHOD_NOT_FOUND, `No rule for ${method}`);
  }

  #initializeResult(params: Params | undefined): Params {
    return {
      protocolVersion: this.#script.protocolVersion ?? params?.protocolVersion,
      capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} },
      serverInfo: { name: this.#script.name, version: "1.0.0" },
    };
  }

  async #play(steps: readonly Step[], request: RpcRequest): Promise<void> {
    for (const step of steps) {
      if (step.do === "stall") return;
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
      case "ask":
        return this.#ask(step.method, step.params);
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

  #progress(step: Step & { readonly do: "progress" }, request: RpcRequest): void {
    const meta = request.params?._meta;
    const progressToken = isRecord(meta) ? meta.progressToken : undefined;
    if (!isProgressToken(progressToken)) return;
    const { do: _, ...update } = step;
    this.#send({ method: "notifications/progress", params: { progressToken, ...update } });
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

  #reply(id: unknown, result: unknown): void {
    this.#send({ id, result });
  }

  #refuse(id: unknown, code: number, message: string, data?: unknown): void {
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

function progressTo(total: number): Step[] {
  return Array.from({ length: total }, (_, index) => ({ do: "progress", progress: index + 1, total }));
}
