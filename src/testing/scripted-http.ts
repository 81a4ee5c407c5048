import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Params } from "../protocol/message.js";
import type { HttpServer } from "../transport/http/server.js";
import type { Script } from "./script.js";
import { ScriptedAnswer } from "./scripted-http-answer.js";
import type { HttpReceived, HttpRefusal, ScriptedHttp, ScriptedHttpOptions } from "./scripted-http-control.js";
import { ScriptedEvents } from "./scripted-http-events.js";
import { type PeerGround, ScriptedPeer, type UsedRules } from "./scripted-peer.js";

/**
 * A scripted server over real HTTP, on a free port of this machine, with ways to make it misbehave.
 *
 * ```ts
 * await using server = await scriptedHttp(new Script().tool("hello", say("hello")));
 * await using client = await connect(server.entry);
 * server.forget();
 * await client.callTool("hello"); // in a new session
 * ```
 *
 * The step `die` breaks the connection of the request it belongs to; steps about stdin and stderr do nothing.
 */
export async function scriptedHttp(script: Script, options: ScriptedHttpOptions = {}): Promise<ScriptedHttp> {
  const server = new HttpScriptServer(script, options);
  await server.up();
  return server;
}

const PATH = "/mcp";
/** Where messages go in the transport of 2024-11-05. */
const OLDER_PATH = "/messages";

class HttpScriptServer implements ScriptedHttp {
  readonly received: HttpReceived[] = [];
  #script: Script;
  readonly #options: ScriptedHttpOptions;
  readonly #used: UsedRules = new Map();
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<string>();
  readonly #peers = new Set<ScriptedPeer>();
  readonly #standalone = new Set<ScriptedEvents>();
  readonly #byKey = new Map<number, ScriptedEvents | ScriptedAnswer>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #refusals: { readonly method: string; readonly refusal: HttpRefusal; times: number }[] = [];
  readonly #cuts = new Map<string, number>();
  readonly #watchers = new Set<() => void>();
  readonly #hearers = new Set<(message: Readonly<Record<string, unknown>>) => void>();
  #server: Server | undefined = undefined;
  #port = 0;
  #lastKey = 0;
  #mostSockets = 0;
  #sessionsBegun = 0;
  #streamsBegun = 0;
  #underWay = 0;
  /** Who speaks on the stream of the transport of 2024-11-05. */
  #older: ScriptedPeer | undefined = undefined;

  constructor(script: Script, options: ScriptedHttpOptions) {
    this.#script = script;
    this.#options = options;
  }

  get entry(): HttpServer {
    return { url: `http://127.0.0.1:${this.#port}${PATH}` };
  }

  get sockets() {
    return { open: this.#sockets.size, most: this.#mostSockets };
  }

  get sessions() {
    return { open: this.#sessions.size, begun: this.#sessionsBegun };
  }

  get streams() {
    return { open: [...this.#standalone].filter((events) => events.isOpen).length, begun: this.#streamsBegun };
  }

  get underWay(): number {
    return this.#underWay;
  }

  messages(method: string): HttpReceived[] {
    return this.received.filter(({ message }) => message?.method === method);
  }

  onReceived(hear: (message: Readonly<Record<string, unknown>>) => void): () => void {
    this.#hearers.add(hear);
    return () => void this.#hearers.delete(hear);
  }

  until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isTrue()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  push(method: string, params?: Params): void {
    const text = JSON.stringify({ jsonrpc: "2.0", method, params });
    for (const events of this.#standalone) events.say(text);
  }

  closeStreams(): void {
    for (const events of this.#standalone) events.pause();
  }

  play(script: Script): void {
    this.#script = script;
    this.#older?.play(script.data);
  }

  forget(): void {
    this.#sessions.clear();
  }

  refuse(method: string, refusal: HttpRefusal, times = 1): void {
    this.#refusals.push({ method, refusal, times });
  }

  cut(method: string, after = 1): void {
    this.#cuts.set(method, after);
  }

  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#take(request, response));
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      this.#mostSockets = Math.max(this.#mostSockets, this.#sockets.size);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        this.#changed();
      });
      this.#changed();
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.forget();
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.down();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #changed(): void {
    // Once whatever happened is over.
    setImmediate(() => {
      for (const look of [...this.#watchers]) look();
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = request;
    const text = Buffer.concat(chunks).toString("utf8");
    const message = text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>);
    this.received.push({ method, path, headers, message });
    if (message !== undefined) for (const hear of [...this.#hearers]) hear(message);
    this.#underWay++;
    response.on("close", () => {
      this.#underWay--;
      this.#changed();
    });
    this.#changed();
    const refusal = this.#refusalOf(message === undefined ? method : `${message.method}`);
    if (refusal !== undefined) respond(response, refusal);
    else if (this.#options.transport === "sse") this.#takeOlder(method, path, message, response);
    else this.#route(request, message, response);
  }

  #refusalOf(method: string): HttpRefusal | undefined {
    const found = this.#refusals.find((each) => each.method === method && each.times > 0);
    if (found !== undefined) found.times--;
    return found?.refusal;
  }

  #route(request: IncomingMessage, message: Record<string, unknown> | undefined, response: ServerResponse): void {
    const session = request.headers["mcp-session-id"];
    const isBeginning = message?.method === "initialize";
    const isKnown = this.#options.sessions === false || isBeginning || this.#sessions.has(`${session}`);
    if (!isKnown) {
      respond(response, { status: session === undefined ? 400 : 404 });
    } else if (request.method === "DELETE") {
      this.#sessions.delete(`${session}`);
      respond(response, { status: 200 });
    } else if (request.method === "GET") this.#listen(request, response);
    else if (message?.id === undefined || message.method === undefined) this.#accept(message, response);
    else this.#serve(message, isBeginning ? this.#begin() : {}, response);
  }

  #begin(): Record<string, string> {
    if (this.#options.sessions === false) return {};
    const session = randomUUID();
    this.#sessions.add(session);
    this.#sessionsBegun++;
    return { "mcp-session-id": session };
  }

  #listen({ headers }: IncomingMessage, response: ServerResponse): void {
    const [key, after] = `${headers["last-event-id"] ?? ""}`.split("-").map(Number);
    const known = key === undefined ? undefined : this.#byKey.get(key);
    const earlier = known instanceof ScriptedAnswer ? known.events : known;
    if (earlier !== undefined) {
      if (this.#standalone.has(earlier)) this.#streamsBegun++;
      earlier.attach(response, {}, after);
      return;
    }
    if (this.#options.stream === false) {
      respond(response, { status: 405 });
      return;
    }
    this.#streamsBegun++;
    const events = new ScriptedEvents(++this.#lastKey, { hasIds: this.#options.eventIds === true });
    this.#byKey.set(this.#lastKey, events);
    this.#standalone.add(events);
    events.attach(response, {});
  }

  #accept(message: Record<string, unknown> | undefined, response: ServerResponse): void {
    for (const peer of this.#peers) peer.receive(message);
    respond(response, { status: 202 });
  }

  #serve(message: Record<string, unknown>, headers: Record<string, string>, response: ServerResponse): void {
    const method = `${message.method}`;
    const cutAfter = this.#cuts.get(method);
    this.#cuts.delete(method);
    const key = ++this.#lastKey;
    const plan = {
      key,
      headers,
      isStream: this.#options.answers === "sse" || cutAfter !== undefined,
      hasIds: this.#options.eventIds === true,
      cutAfter,
    };
    const answer = new ScriptedAnswer(message.id, response, plan, () => this.#peers.delete(peer));
    this.#byKey.set(key, answer);
    const peer = new ScriptedPeer(this.#script.data, this.#ground(answer, response), this.#used, `ask-${key}`);
    this.#peers.add(peer);
    peer.receive(message);
  }

  #ground(answer: Pick<ScriptedAnswer, "write">, response: ServerResponse): PeerGround {
    return {
      write: (text) => answer.write(text),
      log: () => undefined,
      die: () => void response.socket?.destroy(),
      wait: (ms) =>
        new Promise((resolve) => {
          const timer = setTimeout(() => {
            this.#timers.delete(timer);
            resolve();
          }, ms);
          this.#timers.add(timer);
        }),
      read: () => undefined,
      leaveBehind: () => undefined,
    };
  }

  // The transport of 2024-11-05

  #takeOlder(
    method: string,
    path: string,
    message: Record<string, unknown> | undefined,
    response: ServerResponse,
  ): void {
    if (method === "GET" && path === PATH) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: endpoint\ndata: ${OLDER_PATH}\n\n`);
      const write = (text: string) => {
        for (const line of text.split("\n")) if (line !== "") response.write(`event: message\ndata: ${line}\n\n`);
      };
      this.#older = new ScriptedPeer(this.#script.data, this.#ground({ write }, response), this.#used);
    } else if (method === "POST" && path === OLDER_PATH && this.#older !== undefined) {
      respond(response, { status: 202 });
      this.#older.receive(message);
    } else {
      respond(response, { status: 405 });
    }
  }
}

function respond(response: ServerResponse, { status, headers = {}, body = "" }: HttpRefusal): void {
  response.writeHead(status, { ...headers });
  response.end(body);
}
