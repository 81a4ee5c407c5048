import { type Client, type ConnectOptions, connect, type Server } from "caduceus";
import {
  type Script,
  type ScriptedHttp,
  type ScriptedHttpOptions,
  scriptedHttp,
  scriptedStdio,
} from "caduceus/testing";
import { onTestFinished } from "vitest";
import { children } from "../../support/children.js";
import { onSent } from "../../support/wire-source.mjs";
import type { Wire } from "./rows.js";

/** A message on the wire. */
export interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly [key: string]: unknown };
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client of a scripted server over a real wire, and what a test looks at. */
export interface Stage {
  readonly client: Client;
  /** What was sent since the client began, oldest first. */
  readonly sent: readonly Message[];
  /** What was sent of a method; answers for `undefined`. */
  of(method: string | undefined): Message[];
  /** The server over HTTP, where it is one. */
  readonly http: ScriptedHttp | undefined;
  /** Takes the server away, and resolves when the client is connected to its next life. */
  restart(): Promise<void>;
}

/** Collects what is sent from now on, until the test is over. */
export function sentFromNow(): Message[] {
  const sent: Message[] = [];
  onTestFinished(onSent(({ text }) => void sent.push(JSON.parse(text) as Message)));
  return sent;
}

/** Where a scripted server is; it ends with the test. */
export async function serve(wire: Wire, script: Script, options?: ScriptedHttpOptions) {
  if (wire === "stdio") return { entry: scriptedStdio(script) as Server, http: undefined };
  const http = await scriptedHttp(script, { sessions: script.data.era === "legacy", ...options });
  onTestFinished(() => http.close());
  return { entry: http.entry as Server, http };
}

/** A client of a scripted server over a wire; both end with the test. */
export async function over(wire: Wire, script: Script, options: ConnectOptions = {}): Promise<Stage> {
  const sent = sentFromNow();
  const { entry, http } = await serve(wire, script);
  const client = await connect(entry, { ...options, backoff: { initial: 20, jitter: 0, ...options.backoff } });
  onTestFinished(() => client.close());
  return {
    client,
    sent,
    of: (method) => sent.filter((message) => message.method === method),
    http,
    async restart() {
      const lost = new Promise((resolve) => client.on("lost", resolve));
      const ready = new Promise((resolve) => client.on("ready", resolve));
      if (http === undefined) children.at(-1)?.kill("SIGKILL");
      else await http.down();
      await lost;
      await http?.up();
      await ready;
    },
  };
}

/** The error a promise rejects with. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected the promise to reject, but it resolved");
}

/** The text of a tool's result. */
export function textOf(result: { readonly content: readonly object[] }): unknown {
  return (result.content[0] as { readonly text?: unknown } | undefined)?.text;
}
