import type { Timer } from "../../actors/index.js";
import type { Codec, Era, Headers } from "../protocol/codec.js";
import type { Failure } from "../protocol/failure.js";
import { type LegacyVersion, legacy, legacyCodec, type ServerInfo } from "../protocol/legacy.js";
import type { RequestId, RpcError, RpcRequest, RpcResponse } from "../protocol/message.js";
import {
  discoverAsk,
  type ModernClient,
  type ModernVersion,
  modernCodec,
  modernServerInfo,
} from "../protocol/modern.js";
import type { DiscoverResult, InitializeResult } from "../protocol/results.js";
import type { Plan } from "../protocol/versions.js";
import type { MessageHead } from "../transport/transport.js";
import { findingOf, findingOfFailure, replyOf } from "./findings.js";
import { mayHaveDiedOfProbe, type Opening, type OpeningAction, type OpeningEvent, openingOf, step } from "./opening.js";

export type Verdict =
  | { readonly agreed: true; readonly server: ServerInfo; readonly codec: Codec }
  | { readonly agreed: false; readonly failure: Failure };

/** What a handshake needs to know. */
export interface HandshakeSettings extends ModernClient {
  readonly plan: Plan;
  /** Milliseconds to open a transport, and again to shake hands over it. */
  readonly handshakeLimit: number;
  /** What the server turned out to be, kept for as long as the client lives. */
  readonly era: { remembered(): Era | undefined; remember(era: Era | undefined): void };
  /** @throws when the server's answer to `initialize` is not what it should be. */
  readonly checkInitialize: (result: unknown) => InitializeResult;
  /** @throws when the server's answer to `server/discover` is not what it should be. */
  readonly checkDiscover: (result: unknown) => DiscoverResult;
}

/** What it needs of the connection. */
export interface HandshakeShell {
  nextId(): number;
  write(text: string, head: MessageHead): void;
  /** Nobody waits for the answer to a request any more; where every message travels by itself. */
  abandon(id: RequestId): void;
  /** Calls {@link Handshake.limit} with `turn` after so many milliseconds. */
  limitIn(ms: number, turn: number): Timer;
  decided(verdict: Verdict): void;
  /** The verdict was wrong: this incarnation has to make place for another. */
  contradicted(): void;
}

/** Milliseconds a modern server may take to answer the probe before `initialize` goes out beside it: at most, ... */
const LONGEST_PROBE = 5_000;
/** ... and after it has shown that it is there. */
const PROBE_AFTER_SIGN = 2_000;

/** The opening conversation of one incarnation: what {@link step} decides, done. */
export class Handshake {
  readonly #settings: HandshakeSettings;
  readonly #shell: HandshakeShell;
  #opening: Opening | undefined = undefined;
  #discoverId: RequestId | undefined = undefined;
  #initializeId: RequestId | undefined = undefined;
  #limit: Timer | undefined = undefined;
  #turn = 0;
  #hasSign = false;
  /** Set when an incarnation ended while it was asked something it need not know. */
  #isProbeDeadly = false;
  #hasBeenContradicted = false;

  constructor(settings: HandshakeSettings, shell: HandshakeShell) {
    this.#settings = settings;
    this.#shell = shell;
  }

  begin(): void {
    this.giveUp();
    this.#opening = openingOf(this.#settings.plan);
    const remembered = this.#isProbeDeadly ? "legacy" : this.#settings.era.remembered();
    this.#isProbeDeadly = false;
    this.#hear({ type: "begin", remembered });
  }

  /** It is too late for an answer. */
  giveUp(): void {
    this.#opening = undefined;
    this.#discoverId = undefined;
    this.#initializeId = undefined;
    this.#hasSign = false;
    this.#stopLimit();
  }

  /** It took too long: whatever the server was taken for, it is looked at anew. */
  timedOut(): void {
    if (this.#opening?.verdict === undefined) this.#settings.era.remember(undefined);
    this.giveUp();
  }

  /** The transport has ended. Says whether the probe may be the reason, so that another one has to do without. */
  lost(): boolean {
    this.#isProbeDeadly = this.#opening !== undefined && mayHaveDiedOfProbe(this.#opening);
    this.giveUp();
    return this.#isProbeDeadly;
  }

  /** The server has shown a sign of life: from now on it should not take long. */
  heard(): void {
    if (this.#hasSign || this.#limit === undefined) return;
    this.#hasSign = true;
    const left = this.#limit.left;
    if (left !== false && left > PROBE_AFTER_SIGN) this.#startLimit(PROBE_AFTER_SIGN);
  }

  /** An error without an id: from a server that did not understand a request, which can only be the probe. */
  refusedNamelessly(error: RpcError): void {
    if (this.#discoverId === undefined || this.#initializeId !== undefined) return;
    this.responded({ jsonrpc: "2.0", id: this.#discoverId, error });
  }

  /** The probe has been open for long enough. */
  limit(turn: number): void {
    if (turn !== this.#turn) return;
    this.#limit = undefined;
    this.#hear({ type: "limit" });
  }

  /** Takes a response if it is one of the handshake's; says whether it was. */
  responded(response: RpcResponse): boolean {
    const { checkDiscover, checkInitialize } = this.#settings;
    if (response.id === this.#discoverId) {
      this.#discoverId = undefined;
      this.#hear({ type: "discovered", finding: findingOf(response, checkDiscover) });
      return true;
    }
    if (response.id !== this.#initializeId) return false;
    this.#initializeId = undefined;
    this.#hear({ type: "initialized", reply: replyOf(response, checkInitialize) });
    return true;
  }

  /** Takes the news that a request got no answer; says whether it was one of the handshake's. */
  failed(id: RequestId, failure: Failure): boolean {
    if (id === this.#discoverId) {
      this.#discoverId = undefined;
      this.#hear({ type: "discovered", finding: findingOfFailure(failure) });
      return true;
    }
    if (id !== this.#initializeId) return false;
    this.#initializeId = undefined;
    this.#hear({ type: "initialized", reply: { kind: "refused", failure } });
    return true;
  }

  #hear(event: OpeningEvent): void {
    if (this.#opening === undefined) return;
    const [opening, actions] = step(this.#opening, event);
    this.#opening = opening;
    for (const action of actions) this.#do(action);
  }

  #do(action: OpeningAction): void {
    switch (action.do) {
      case "discover":
        this.#discover(action.version);
        return;
      case "initialize":
        this.#initialize(action.version);
        return;
      case "awaitLimit":
        // There has to be time for `initialize`, too.
        this.#startLimit(Math.min(LONGEST_PROBE, this.#settings.handshakeLimit / 2));
        return;
      case "remember":
        this.#settings.era.remember(action.era);
        return;
      case "agreeModern": {
        const { version, result } = action;
        this.#decide({
          agreed: true,
          server: modernServerInfo(result, version),
          codec: modernCodec(version, this.#settings),
        });
        return;
      }
      case "agreeLegacy":
        this.#agreeLegacy(action.version, action.result);
        return;
      case "refuse":
        this.#decide({ agreed: false, failure: action.failure });
        return;
      case "contradict":
        this.#contradict(action.era);
        return;
    }
  }

  #discover(version: ModernVersion): void {
    const codec = modernCodec(version, this.#settings);
    const id = this.#shell.nextId();
    this.#discoverId = id;
    this.#ask(codec.request(id, discoverAsk, undefined), codec.headers(discoverAsk.method, undefined));
  }

  #initialize(version: LegacyVersion): void {
    const { clientInfo, capabilities } = this.#settings;
    const id = this.#shell.nextId();
    this.#initializeId = id;
    this.#ask(legacy.initialize(id, version, clientInfo, capabilities), {});
  }

  #ask(request: RpcRequest, headers: Headers): void {
    const { id, method } = request;
    this.#shell.write(JSON.stringify(request), { kind: "request", id, method, headers });
  }

  #agreeLegacy(version: LegacyVersion, result: InitializeResult): void {
    const codec = legacyCodec(version);
    const { method, ...rest } = legacy.initialized();
    const head: MessageHead = { kind: "notification", method, headers: codec.headers(method, undefined) };
    this.#shell.write(JSON.stringify({ ...rest, method }), head);
    if (this.#discoverId !== undefined) this.#shell.abandon(this.#discoverId);
    this.#decide({ agreed: true, server: legacy.serverInfo(result), codec });
  }

  #decide(verdict: Verdict): void {
    this.#stopLimit();
    this.#shell.decided(verdict);
  }

  /** Once: a server that changes its mind again is taken as it is. */
  #contradict(era: Era): void {
    if (this.#hasBeenContradicted) return;
    this.#hasBeenContradicted = true;
    this.#settings.era.remember(era);
    this.#shell.contradicted();
  }

  #startLimit(ms: number): void {
    this.#stopLimit();
    this.#limit = this.#shell.limitIn(ms, ++this.#turn);
  }

  #stopLimit(): void {
    this.#turn++;
    this.#limit?.cancel();
    this.#limit = undefined;
  }
}
