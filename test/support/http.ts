import { onTestFinished } from "vitest";
import { type Client, type ConnectOptions, connect, type HttpServer } from "../../src/index.js";
import { type Script, type ScriptedHttp, type ScriptedHttpOptions, scriptedHttp } from "../../src/testing/index.js";

export interface HttpStage {
  readonly server: ScriptedHttp;
  readonly client: Client;
}

/** A scripted HTTP server; it ends with the test. */
export async function httpServer(script: Script, options?: ScriptedHttpOptions): Promise<ScriptedHttp> {
  const server = await scriptedHttp(script, options);
  onTestFinished(() => server.close());
  return server;
}

/** A client of a scripted HTTP server, without jitter; both end with the test. */
export async function connectOverHttp(
  script: Script,
  { entry, ...options }: ConnectOptions & ScriptedHttpOptions & { readonly entry?: Partial<HttpServer> } = {},
): Promise<HttpStage> {
  const { transport, answers, sessions, stream, eventIds, ...rest } = options;
  const server = await httpServer(script, { transport, answers, sessions, stream, eventIds });
  const backoff = { initial: 20, jitter: 0, ...rest.backoff };
  const client = await connect({ ...server.entry, ...entry }, { ...rest, backoff });
  onTestFinished(() => client.close());
  return { server, client };
}

/** Resolves with the next event of a name. */
export function next<T>(on: (handler: (event: T) => void) => unknown): Promise<T> {
  return new Promise((resolve) => void on(resolve));
}
