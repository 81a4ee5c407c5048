import type { ServerResponse } from "node:http";
import { isRecord } from "../protocol/message.js";
import { ScriptedEvents } from "./scripted-http-events.js";

/** How one request is to be answered. */
export interface AnswerPlan {
  readonly key: number;
  readonly headers: Record<string, string>;
  readonly isStream: boolean;
  readonly hasIds: boolean;
  /** Events until the stream is cut. */
  readonly cutAfter: number | undefined;
}

/** The response to one POST: JSON when all there is to say is the answer, otherwise an event stream. */
export class ScriptedAnswer {
  readonly #id: unknown;
  readonly #response: ServerResponse;
  readonly #plan: AnswerPlan;
  readonly #done: () => void;
  #events: ScriptedEvents | undefined = undefined;

  /** `done` is called when the answer has been given. */
  constructor(id: unknown, response: ServerResponse, plan: AnswerPlan, done: () => void) {
    this.#id = id;
    this.#response = response;
    this.#plan = plan;
    this.#done = done;
    if (plan.isStream) this.open();
  }

  /** Set once it is a stream. */
  get events(): ScriptedEvents | undefined {
    return this.#events;
  }

  open(): ScriptedEvents {
    if (this.#events !== undefined) return this.#events;
    const { key, headers, hasIds, cutAfter } = this.#plan;
    const events = new ScriptedEvents(key, { hasIds, cutAfter });
    this.#events = events;
    events.attach(this.#response, headers);
    return events;
  }

  /** Takes what the script writes: lines of JSON, or whatever else. */
  write(text: string): void {
    for (const line of text.split("\n")) if (line !== "") this.#line(line);
  }

  #line(line: string): void {
    const isAnswer = isAnswerTo(line, this.#id);
    if (this.#events === undefined && isAnswer) {
      this.#response.writeHead(200, { "content-type": "application/json", ...this.#plan.headers });
      this.#response.end(line);
    } else {
      const events = this.open();
      events.say(line);
      if (isAnswer) events.end();
    }
    if (isAnswer) this.#done();
  }
}

function isAnswerTo(line: string, id: unknown): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && value.id === id && !("method" in value);
  } catch {
    return false;
  }
}
