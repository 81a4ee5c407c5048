import { onTestFinished } from "vitest";
import type { Process, ProcessNode, VirtualClock } from "../../actors/index.js";
import { SchemaValidators } from "../../src/client/schema-validators.js";
import { startClient } from "../../src/client/start.js";
import type { Validators } from "../../src/client/validators.js";
import type { Answerer } from "../../src/connection/answers.js";
import type { CallToolResult, Client, ConnectOptions, Params, Server } from "../../src/index.js";
import * as schemas from "../../src/schema/index.js";
import { drive } from "../../src/testing/drive.js";
import { answer, type MemoryServer, type Script, type Step, scriptedMemory } from "../../src/testing/index.js";
import type { TransportDefinition } from "../../src/transport/transport.js";
import { type TestRuntime, testRuntime } from "./runtime.js";

export { drive };

/** A client on virtual time, and everything around it that a test looks at. */
export interface Stage extends TestRuntime {
  readonly client: Client;
  readonly server: MemoryServer;
}

export interface StageOptions extends Omit<ConnectOptions, "runtime"> {
  readonly seed?: number | undefined;
  /** Answers what the server asks. */
  readonly answer?: Answerer | undefined;
  readonly validators?: Validators | undefined;
}

/**
 * Connects to a scripted server in memory, without jitter. When the test is over nothing may be left of it. The era is
 * the legacy one unless `protocol` says otherwise, so that nothing but the handshake comes before the first operation.
 */
export async function connectInMemory(script: Script, options: StageOptions = {}): Promise<Stage> {
  const server = scriptedMemory(script);
  return { ...(await connectTo(server.transport, options)), server };
}

/** The same for any server. */
async function connectTo(
  server: Server,
  { seed, answer, validators, ...options }: StageOptions = {},
): Promise<Omit<Stage, "server">> {
  const stage = testStage(seed);
  const { runtime, drive } = stage;
  const backoff = { jitter: 0, ...options.backoff };
  const all: ConnectOptions = { protocol: "legacy", ...options, backoff, runtime };
  const client = await drive(startClient(server, all, { answer, validators: validators ?? loadedValidators() }));
  return { ...stage, client };
}

/** What a client checks schemas by, without the I/O of its first use, which virtual time does not wait for. */
function loadedValidators(): Validators {
  return new SchemaValidators(
    () => undefined,
    async () => schemas,
  );
}

/** A runtime on virtual time in which nothing may be left when the test is over. */
export function testStage(seed?: number): TestRuntime {
  const test = testRuntime({ seed });
  const { runtime, clock } = test;
  onTestFinished(async () => {
    await drive(clock, runtime.stop());
    const left = [
      ...runtime.tree().map((node) => node.label),
      ...Array.from({ length: clock.timers }, () => "a timer"),
    ];
    if (left.length > 0) throw new Error(`Expected nothing to be left, but there is ${left.join(", ")}`);
  });
  return test;
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

/** The processes with a label, wherever they are in the tree. */
export function processesOf({ runtime }: Pick<TestRuntime, "runtime">, label: string): Process[] {
  const found: Process[] = [];
  const visit = (nodes: readonly ProcessNode[]): void => {
    for (const node of nodes) {
      if (node.label === label) found.push(node.process);
      visit(node.children);
    }
  };
  visit(runtime.tree());
  return found;
}

/** A promise's end, as it happens. */
export interface Watched<T> {
  state: "pending" | "fulfilled" | "rejected";
  value: T | undefined;
  error: unknown;
  /** When it settled, on the runtime's clock. */
  at: number | undefined;
}

/** Notes how and when a promise settles; a rejection counts as handled. */
export function watch<T>({ clock }: Pick<TestRuntime, "clock">, promise: PromiseLike<T>): Watched<T> {
  const watched: Watched<T> = { state: "pending", value: undefined, error: undefined, at: undefined };
  promise.then(
    (value) => Object.assign(watched, { state: "fulfilled", value, at: clock.now() }),
    (error: unknown) => Object.assign(watched, { state: "rejected", error, at: clock.now() }),
  );
  return watched;
}

/** The texts of a tool's result. */
export function textOf(result: CallToolResult | undefined): string | undefined {
  return result?.content.map((content) => (content.type === "text" ? content.text : content.type)).join(" ");
}

/** What the server has received of a method, oldest first. */
export function received({ server }: Pick<Stage, "server">, method: string): Received[] {
  return server.received.filter((message) => message.method === method) as unknown as Received[];
}

export interface Received {
  readonly id: number;
  readonly method: string;
  readonly params: { readonly [key: string]: unknown; readonly _meta: { readonly progressToken: string | number } };
}

/** What a server answers to `initialize`, with these capabilities. */
export function welcome(
  capabilities: Params = { tools: {}, resources: {}, prompts: {} },
  version = "2025-11-25",
): Step {
  return answer({ protocolVersion: version, capabilities, serverInfo: { name: "scripted", version: "1.0.0" } });
}

/**
 * A server whose transport takes `ms` to close, so that the client is without a connection for that long when its
 * connection's process ends.
 */
export function slowToClose(server: MemoryServer, clock: VirtualClock, ms: number): () => TransportDefinition {
  return () => {
    const definition = server.transport();
    return {
      ...definition,
      create(self, setup) {
        self.own(() => new Promise<void>((resolve) => clock.setTimer(ms, resolve)));
        return definition.create(self, setup);
      },
    };
  };
}
