import { noreply, type Self, server, shutdownWith } from "../../actors/index.js";
import { LineSplitter } from "../transport/lines.js";
import type { Frame, TransportDefinition, TransportProtocol, TransportSetup } from "../transport/transport.js";
import type { Script } from "./script.js";
import { ScriptedPeer, type UsedRules } from "./scripted-peer.js";

/** A scripted server in memory; every incarnation plays the script, whose used-up rules stay used up. */
export interface MemoryServer {
  /** Give it to `connect`. */
  readonly transport: () => TransportDefinition;
  /** Every message the client has written, in order, over all incarnations. */
  readonly received: readonly Readonly<Record<string, unknown>>[];
  /** Calls `hear` with every message when the server reads it, until the returned function is called. */
  onReceived(hear: (message: Readonly<Record<string, unknown>>) => void): () => void;
  /** How often it was started. */
  readonly incarnations: number;
  /** Goes by another script from now on: for the next request it receives, and in all incarnations to come. */
  play(script: Script): void;
  /** Ends the incarnation of the moment, as a killed process would end. */
  kill(): void;
}

interface InMemory extends TransportProtocol {
  info:
    | { readonly type: "wake"; readonly resume: () => void }
    | { readonly type: "read" }
    | { readonly type: "die"; readonly code: number | null; readonly signal: string | null };
}

interface State {
  readonly setup: TransportSetup;
  readonly peer: ScriptedPeer;
  readonly inbox: Inbox;
}

/**
 * A scripted server in memory, on the runtime's clock: with a virtual one, hours of it take milliseconds.
 *
 * ```ts
 * const server = scriptedMemory(new Script().tool("slow", wait(60_000), say("done")));
 * const client = await connect(server.transport, { runtime });
 * ```
 */
export function scriptedMemory(script: Script): MemoryServer {
  return new ScriptedMemory(script);
}

class ScriptedMemory implements MemoryServer {
  readonly received: Readonly<Record<string, unknown>>[] = [];
  #script: Script;
  readonly #used: UsedRules = new Map();
  readonly #hearers = new Set<(message: Readonly<Record<string, unknown>>) => void>();
  #incarnations = 0;
  #current: Self<InMemory["info"]> | undefined = undefined;
  #peer: ScriptedPeer | undefined = undefined;

  constructor(script: Script) {
    this.#script = script;
  }

  get incarnations(): number {
    return this.#incarnations;
  }

  onReceived(hear: (message: Readonly<Record<string, unknown>>) => void): () => void {
    this.#hearers.add(hear);
    return () => void this.#hearers.delete(hear);
  }

  play(script: Script): void {
    this.#script = script;
    this.#peer?.play(script.data);
  }

  kill(): void {
    this.#current?.process.send({ type: "die", code: null, signal: "SIGKILL" });
  }

  readonly transport = (): TransportDefinition => {
    const hear = (message: Readonly<Record<string, unknown>>) => {
      this.received.push(message);
      for (const each of [...this.#hearers]) each(message);
    };
    return server<InMemory>("memory transport")<State, TransportSetup>({
      init: (setup, self) => {
        this.#incarnations++;
        this.#current = self;
        setup.connection.send({ type: "opened", incarnation: setup.incarnation });
        const inbox = new Inbox();
        this.#peer = this.#makePeer(setup, self, inbox);
        return { setup, peer: this.#peer, inbox };
      },
      calls: {},
      casts: {
        write(frame, state, self) {
          state.inbox.frames.push(frame);
          take(state, self, hear);
          return noreply(state);
        },
      },
      info(message, state, self) {
        if (message.type === "wake") message.resume();
        else if (message.type === "read") take(state, self, hear);
        else if (message.type === "die") end(self, message.code, message.signal);
        return noreply(state);
      },
    });
  };

  #makePeer({ connection, incarnation }: TransportSetup, self: Self<InMemory["info"]>, inbox: Inbox): ScriptedPeer {
    const lines = new LineSplitter();
    const receive = (line: string) => {
      const value = parse(line);
      connection.send(
        value === undefined ? { type: "noise", incarnation, line } : { type: "received", incarnation, value },
      );
    };
    return new ScriptedPeer(
      this.#script.data,
      {
        write: (text) => lines.push(Buffer.from(text), receive),
        log: (line) => connection.send({ type: "stderr", incarnation, line }),
        die: ({ code, signal }) => end(self, code ?? null, code === undefined ? (signal ?? "SIGKILL") : null),
        wait: (ms) => new Promise((resume) => void self.sendAfter(ms, { type: "wake", resume })),
        read: (isReading) => {
          inbox.isRead = isReading;
          if (isReading) self.process.send({ type: "read" });
        },
        leaveBehind: () => undefined,
      },
      this.#used,
    );
  }
}

/** What the client has written and the server has not read: a pipe that holds nothing of its own. */
class Inbox {
  readonly frames: Frame[] = [];
  isRead = true;
}

/** Reads what there is to read, or tells the client that nobody does. */
function take(
  { setup, peer, inbox }: State,
  self: Self<InMemory["info"]>,
  hear: (message: Readonly<Record<string, unknown>>) => void,
): void {
  const { connection, incarnation } = setup;
  const { frames } = inbox;
  for (let frame = frames[0]; frame !== undefined && self.process.alive; frame = frames[0]) {
    if (!inbox.isRead) {
      connection.send({ type: "stalled", incarnation, begun: frame.sequence });
      return;
    }
    frames.shift();
    connection.send({ type: "accepted", incarnation, upTo: frame.sequence });
    const message = JSON.parse(frame.text) as Readonly<Record<string, unknown>>;
    hear(message);
    peer.receive(message);
  }
}

function end(self: Self<InMemory["info"]>, exitCode: number | null, signal: string | null): void {
  const message = signal === null ? `The server exited with code ${exitCode}` : `The server was ended by ${signal}`;
  self.exit(shutdownWith({ message, exitCode, signal, stderr: [] }));
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
