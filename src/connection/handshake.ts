import type { Codec } from "../protocol/codec.js";
import type { Failure } from "../protocol/failure.js";
import {
  type Implementation,
  isLegacyVersion,
  LEGACY_VERSIONS,
  type LegacyVersion,
  legacy,
  legacyCodec,
  type ServerInfo,
} from "../protocol/legacy.js";
import type { Params, RequestId, RpcResponse } from "../protocol/message.js";
import type { InitializeResult } from "../protocol/results.js";
import { cleanServerText } from "../protocol/server-text.js";
import type { MessageHead } from "../transport/transport.js";

export type Verdict =
  | { readonly agreed: true; readonly server: ServerInfo; readonly codec: Codec }
  | { readonly agreed: false; readonly failure: Failure };

/** What a handshake needs to know. */
export interface HandshakeSettings {
  readonly version: LegacyVersion;
  readonly clientInfo: Implementation;
  readonly capabilities: Params;
  /** @throws when the server's answer to `initialize` is not what it should be. */
  readonly checkInitialize: (result: unknown) => InitializeResult;
}

/** What it needs of the connection. */
export interface HandshakeShell {
  nextId(): number;
  write(text: string, head: MessageHead): void;
  decided(verdict: Verdict): void;
}

/** The opening conversation of one incarnation. */
export class Handshake {
  readonly #settings: HandshakeSettings;
  readonly #shell: HandshakeShell;
  #id: RequestId | undefined = undefined;

  constructor(settings: HandshakeSettings, shell: HandshakeShell) {
    this.#settings = settings;
    this.#shell = shell;
  }

  begin(): void {
    const { version, clientInfo, capabilities } = this.#settings;
    const id = this.#shell.nextId();
    this.#id = id;
    const text = JSON.stringify(legacy.initialize(id, version, clientInfo, capabilities));
    this.#shell.write(text, { kind: "request", id, method: "initialize", headers: {} });
  }

  /** It is too late for an answer. */
  giveUp(): void {
    this.#id = undefined;
  }

  /** Takes a response if it is one of the handshake's; says whether it was. */
  responded(response: RpcResponse): boolean {
    if (response.id !== this.#id) return false;
    this.#decide(judge(response, this.#settings.checkInitialize));
    return true;
  }

  /** Takes the news that a request got no answer; says whether it was one of the handshake's. */
  failed(id: RequestId, failure: Failure): boolean {
    if (id !== this.#id) return false;
    this.#decide({ agreed: false, failure });
    return true;
  }

  #decide(verdict: Verdict): void {
    this.#id = undefined;
    if (verdict.agreed) {
      const { method, ...rest } = legacy.initialized();
      const head: MessageHead = { kind: "notification", method, headers: verdict.codec.headers(method, undefined) };
      this.#shell.write(JSON.stringify({ ...rest, method }), head);
    }
    this.#shell.decided(verdict);
  }
}

/** What the server's answer to `initialize` comes to. */
export function judge(response: RpcResponse, check: (result: unknown) => InitializeResult): Verdict {
  if (response.error !== undefined) return { agreed: false, failure: { code: "PROTOCOL", error: response.error } };
  let result: InitializeResult;
  try {
    result = check(response.result);
  } catch (cause) {
    return refuse(
      "Expected the server's answer to initialize to have the shape it is specified to have: see `cause`",
      cause,
    );
  }
  if (isLegacyVersion(result.protocolVersion)) {
    return { agreed: true, server: legacy.serverInfo(result), codec: legacyCodec(result.protocolVersion) };
  }
  return refuse(
    `Expected the server to speak one of ${LEGACY_VERSIONS.join(", ")}, but it wants ${cleanServerText(result.protocolVersion)}`,
  );
}

function refuse(message: string, cause?: unknown): Verdict {
  return { agreed: false, failure: { code: "CONNECTION_LOST", message, loss: { incarnation: 0 }, cause } };
}
