import type { Headers } from "../../protocol/codec.js";
import type { Fetch } from "./fetch-carrier.js";

/** A server that is reached over HTTP: the keys of one `mcpServers` entry. */
export interface HttpServer {
  /**
   * `"http"` and its synonyms: Streamable HTTP. `"sse"`: the HTTP+SSE transport of revision 2024-11-05. Without it
   * Streamable HTTP is tried first, and the older one where the server does not know it.
   */
  readonly type?: "http" | "streamable-http" | "streamableHttp" | "sse" | undefined;
  /** The server's endpoint, `http:` or `https:`. A user and a password in it become a Basic authorization header. */
  readonly url: string;
  /** Headers that every request has, credentials among them. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Lets credentials go over plain `http:` to hosts other than this machine. Default `false`. */
  readonly allowInsecure?: boolean | undefined;
}

/** Where credentials come from that change while the client lives. */
export interface Auth {
  /**
   * The token for the next request, sent as `Authorization: Bearer`; `undefined`: none. Asked before every request, and
   * before and after what may be answered from an earlier result: a private one is not shown under another token.
   */
  token(): string | undefined | Promise<string | undefined>;
  /**
   * The server refused the token with 401: renew it, so that `token` gives another one. Called once for all the requests
   * that met the refusal, each of which is then repeated once. Not called for 403, nor for a request whose caller gave an
   * `authorization` header of its own.
   *
   * @param challenge what the server said in `WWW-Authenticate`, if anything.
   */
  onUnauthorized?(challenge: string | undefined): unknown;
}

/** What a client's options say of HTTP. */
export interface HttpOptions {
  readonly auth?: Auth | undefined;
  /** Used for every request in place of the pool of sockets. */
  readonly fetch?: Fetch | undefined;
  /** The bytes a message may have. */
  readonly maxMessageSize: number;
}

/** Where a server is, and what every request to it carries. */
export interface Endpoint {
  /** Without user, password and fragment. */
  readonly url: URL;
  /** By name in lower case. */
  readonly headers: Headers;
  /** Credentials may not go there: others could read them on their way. */
  readonly isExposed: boolean;
}

export function endpointOf({ url: given, headers = {}, allowInsecure }: HttpServer): Endpoint {
  const url = new URL(given);
  const { username, password } = url;
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (username !== "" || password !== "") {
    const pair = `${decode(username)}:${decode(password)}`;
    lower.authorization ??= `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  url.username = "";
  url.password = "";
  url.hash = "";
  const isExposed = url.protocol === "http:" && !isLoopback(url.hostname) && allowInsecure !== true;
  return { url, headers: lower, isExposed };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const SECRET = /^(?:cookie|x-.*-key|.*(?:authorization|api-?key|token|secret|password|credential|auth).*)$/;

/** The first header that looks like a credential, by its name in lower case. */
export function credentialIn(headers: Headers): string | undefined {
  return Object.keys(headers).find((name) => SECRET.test(name));
}

const LOOPBACK = /^127\.\d+\.\d+\.\d+$/;

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || LOOPBACK.test(hostname);
}
