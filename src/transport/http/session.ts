import type { Headers } from "../../protocol/codec.js";
import type { Frame } from "../transport.js";

/** From this revision on there are no sessions, no standalone stream and no resumption. */
const STATELESS_SINCE = "2026-07-28";

/** Visible ASCII: what a session's id may be made of. */
const ID = /^[\x21-\x7e]+$/;

/**
 * What the server and its client have agreed on for as long as the session lasts. The id is a secret: it is sent, and
 * shown nowhere.
 *
 * Source: MCP specification, revision 2025-11-25, "Transports", Session Management.
 */
export class Session {
  #id: string | undefined = undefined;
  #version: string | undefined = undefined;
  /** The server has forgotten the session, and there is no new one yet. */
  isForgotten = false;
  /** Something worked in this session: the server did know it. */
  isProven = false;

  get id(): string | undefined {
    return this.#id;
  }

  /** A new `initialize` is on its way: it names no session. */
  restart(): void {
    this.#id = undefined;
    this.#version = undefined;
  }

  /** What the answer to `initialize` says. */
  begin(id: string | undefined): void {
    this.#id = id !== undefined && ID.test(id) ? id : undefined;
    this.isForgotten = false;
    this.isProven = false;
  }

  /** The revision agreed on, as the frames name it. */
  name(version: string | undefined): void {
    this.#version = version;
  }

  forget(): void {
    this.#id = undefined;
    this.isForgotten = true;
  }

  /** What a message of the session bears besides its own headers. */
  get headers(): Headers {
    return this.#id === undefined ? NONE : { "mcp-session-id": this.#id };
  }

  /** What a request bears that is no message. */
  get allHeaders(): Headers {
    return this.#version === undefined ? this.headers : { ...this.headers, "mcp-protocol-version": this.#version };
  }
}

const NONE: Headers = {};

/** Whether a message belongs to an era with sessions. */
export function isOfSession({ head }: Frame): boolean {
  const version = head.headers["mcp-protocol-version"];
  return version === undefined || version < STATELESS_SINCE;
}
