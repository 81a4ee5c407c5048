import {
  type Definition,
  type ExitReason,
  noreply,
  type Outcome,
  type Self,
  server,
  shutdownWith,
  startWith,
  stop,
} from "../../actors/index.js";
import { isRecord, type RequestId } from "../protocol/message.js";
import { unsentBecause } from "./sdk-failure.js";
import type {
  Frame,
  MessageHead,
  TransportDefinition,
  TransportEnd,
  TransportProtocol,
  TransportRef,
  TransportSetup,
} from "./transport.js";

/** A transport as the official SDK's packages have them, by its shape. */
export interface SdkTransport {
  start(): Promise<void>;
  send(message: never, options?: never): Promise<void>;
  close(): Promise<void>;
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  setProtocolVersion?: ((version: string) => void) | undefined;
  readonly sessionId?: string | undefined;
}

/** Milliseconds it may take to close in order. */
const CLOSING = 5_000;

/** What happens to the transport, as mail to its process. */
type SdkEvent =
  | { readonly type: "started"; readonly outcome: Outcome<unknown> }
  | { readonly type: "sent"; readonly head: MessageHead; readonly outcome: Outcome<unknown> }
  | { readonly type: "closed" };

interface Sdk extends TransportProtocol {
  info: SdkEvent;
}

interface State {
  readonly setup: TransportSetup;
  readonly transport: SdkTransport;
  readonly close: () => Promise<unknown>;
  /** The request whose answer says which revision is spoken. */
  readonly handshake: { id: RequestId | undefined };
}

export function isSdkTransport(value: unknown): value is SdkTransport {
  if (!isRecord(value)) return false;
  return [value.start, value.send, value.close].every((method) => typeof method === "function");
}

/**
 * An official SDK transport as one of ours. It is started, gets every message in order, and is closed with the client.
 *
 * A message counts as accepted when `send` has been called: what happens behind it cannot be seen, so an operation that
 * has no answer when the transport ends has the outcome `unknown` and is not sent again unless it is safe. The same goes
 * for one whose `send` rejects, unless its error names the HTTP status that the server refused it with. `send` is not
 * waited for before the next one: over HTTP it takes as long as the answer.
 */
export function sdk(make: () => SdkTransport): TransportDefinition {
  const definition = server<Sdk>("transport")<State, TransportSetup>({
    init(setup, self) {
      self.trapExit = true;
      return startWith(open(make(), setup, self), { continue: "start" });
    },
    continue(_argument, state, self) {
      const started = Promise.resolve().then(() => state.transport.start());
      self.pipe(started, (outcome) => ({ type: "started", outcome }));
      return noreply(state);
    },
    calls: {},
    casts: {
      write(frame, state, self) {
        write(frame, state, self);
        return noreply(state);
      },
    },
    info(message, state) {
      if (message.type === "EXIT" || message.type === "DOWN") return noreply(state);
      const end = react(message, state);
      return end === undefined ? noreply(state) : stop(shutdownWith(end), state);
    },
    async terminate(reason, state, self) {
      if (isOrder(reason)) await within(CLOSING, state.close(), self);
    },
  });
  return definition as Definition<TransportSetup, TransportRef>;
}

function open(transport: SdkTransport, setup: TransportSetup, self: Self<SdkEvent>): State {
  const { connection, incarnation } = setup;
  let closing: Promise<unknown> | undefined;
  const close = () => {
    closing ??= Promise.resolve()
      .then(() => transport.close())
      .catch((cause: unknown) =>
        connection.send({
          type: "warning",
          incarnation,
          message: "The transport could not be closed: see `cause`",
          cause,
        }),
      );
    return closing;
  };
  self.own(() => close());
  const handshake: State["handshake"] = { id: undefined };
  transport.onmessage = (value: unknown) => {
    agree(value, handshake, transport);
    connection.send({ type: "received", incarnation, value });
  };
  transport.onclose = () => self.process.send({ type: "closed" });
  transport.onerror = (cause) =>
    connection.send({ type: "warning", incarnation, message: "The transport reports an error: see `cause`", cause });
  return { setup, transport, close, handshake };
}

/** Tells the transport the revision that the answer to `initialize` names, before anything else is sent. */
function agree(value: unknown, handshake: State["handshake"], transport: SdkTransport): void {
  if (handshake.id === undefined || !isRecord(value) || value.id !== handshake.id) return;
  handshake.id = undefined;
  const { result } = value;
  if (isRecord(result) && typeof result.protocolVersion === "string") {
    transport.setProtocolVersion?.(result.protocolVersion);
  }
}

function write({ text, sequence, head }: Frame, { setup, transport, handshake }: State, self: Self<SdkEvent>): void {
  const { connection, incarnation } = setup;
  if (head.kind === "request" && head.method === "initialize") handshake.id = head.id;
  // Before the answer can come: it may be there when `send` returns.
  connection.send({ type: "accepted", incarnation, upTo: sequence });
  const sent = attempt(() => transport.send(JSON.parse(text) as never));
  self.pipe(sent, (outcome) => ({ type: "sent", head, outcome }));
}

/** What an event changes; a {@link TransportEnd} when it is the last one. */
function react(event: SdkEvent, state: State): TransportEnd | undefined {
  const { connection, incarnation } = state.setup;
  switch (event.type) {
    case "started":
      if (!event.outcome.ok) {
        return { message: "The transport could not be started: see `cause`", cause: event.outcome.error };
      }
      connection.send({ type: "opened", incarnation });
      return undefined;
    case "closed":
      return { message: "The transport was closed" };
    case "sent":
      return event.outcome.ok ? undefined : tellUnsent(state, event.head, event.outcome.error);
  }
}

/** Tells what has become of a message that was not sent; what it returns is the end of the transport. */
function tellUnsent({ setup, transport }: State, head: MessageHead, cause: unknown): TransportEnd | undefined {
  const { connection, incarnation } = setup;
  if (head.kind !== "request") {
    const message = "The transport could not send the message: see `cause`";
    connection.send({ type: "warning", incarnation, message, cause });
    return undefined;
  }
  const { news, isSessionGone } = unsentBecause(cause, head.method, incarnation, transport.sessionId !== undefined);
  connection.send({ type: "failed", incarnation, id: head.id, ...news });
  // It would name the session that is gone in all that follows.
  return isSessionGone ? { message: "The server does not know the session any more", cause } : undefined;
}

/** A function's promise; what it throws is a rejection. */
async function attempt(run: () => Promise<void>): Promise<void> {
  await run();
}

/** Waits for a promise that does not reject, but no longer than so many milliseconds. */
function within(ms: number, promise: Promise<unknown>, { runtime: { clock } }: Self<SdkEvent>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, resolve);
    void promise.then(() => {
      clock.clearTimer(timer);
      resolve();
    });
  });
}

function isOrder(reason: ExitReason): boolean {
  return reason === "shutdown" || reason === "normal";
}
