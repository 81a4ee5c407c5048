import type { ServerResponse } from "node:http";

/** One event stream of a scripted server: what it said, and over which response it says more. */
export class ScriptedEvents {
  readonly #key: number;
  readonly #hasIds: boolean;
  readonly #said: string[] = [];
  #response: ServerResponse | undefined = undefined;
  #isOver = false;
  /** Events until the connection is cut; `undefined`: it is not. */
  #cutAfter: number | undefined;

  constructor(key: number, options: { readonly hasIds: boolean; readonly cutAfter?: number | undefined }) {
    this.#key = key;
    this.#hasIds = options.hasIds;
    this.#cutAfter = options.cutAfter;
  }

  get isOpen(): boolean {
    return this.#response !== undefined;
  }

  /** Goes on over this response, after the event with this number. */
  attach(response: ServerResponse, headers: Record<string, string>, after = -1): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache", ...headers });
    response.flushHeaders();
    this.#response = response;
    response.on("close", () => {
      if (this.#response === response) this.#response = undefined;
    });
    // A first event of nothing but its id, so that the client knows where to go on.
    if (this.#hasIds && this.#said.length === 0) this.say("");
    else for (const event of this.#said.slice(after + 1)) response.write(event);
    if (this.#isOver) this.end();
    else this.#cutIfDue();
  }

  say(data: string): void {
    const id = this.#hasIds ? `id: ${this.#key}-${this.#said.length}\n` : "";
    const event = `${id}data: ${data}\n\n`;
    if (this.#hasIds) this.#said.push(event);
    if (this.#response?.writable === true) this.#response.write(event);
    if (this.#cutAfter !== undefined && data !== "") this.#cutAfter--;
    this.#cutIfDue();
  }

  end(): void {
    this.#isOver = true;
    this.#response?.end();
    this.#response = undefined;
  }

  /** Ends the connection in order, as a server does that wants to be polled. */
  pause(): void {
    const response = this.#response;
    this.#response = undefined;
    response?.end();
  }

  /** Breaks the connection; what is said from now on is kept for the next one, where events have ids. */
  cut(): void {
    const response = this.#response;
    this.#response = undefined;
    // What was written is still sent.
    response?.socket?.destroySoon();
  }

  #cutIfDue(): void {
    if (this.#cutAfter === undefined || this.#cutAfter > 0 || this.#response === undefined) return;
    this.#cutAfter = undefined;
    this.cut();
  }
}
