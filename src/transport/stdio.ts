import {
  type Definition,
  type ExitReason,
  ignore,
  noreply,
  type Self,
  server,
  shutdownWith,
  startWith,
  stop,
} from "../../actors/index.js";
import { Child, type StdioServer } from "./child.js";
import { LineSplitter } from "./lines.js";
import { StderrRing } from "./stderr-ring.js";
import { tellTooLarge } from "./too-large.js";
import {
  DEFAULT_MAX_MESSAGE_SIZE,
  type Frame,
  type TransportDefinition,
  type TransportEnd,
  type TransportProtocol,
  type TransportRef,
  type TransportSetup,
} from "./transport.js";

/**
 * Milliseconds after a child's exit in which what it wrote before may still be read. Its stdout may stay open for ever:
 * a grandchild can hold it.
 */
const LAST_WORDS = 10;

/** Characters that go in one write, at most, unless a single frame is longer. */
const BATCH = 16 * 1024;

/** What happens to a child, as mail to its process. */
type ChildEvent =
  | { readonly type: "spawned" }
  | { readonly type: "failed"; readonly error: Error }
  | { readonly type: "exited"; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly type: "closed" }
  | { readonly type: "flush" }
  | { readonly type: "flushed"; readonly upTo: number }
  | { readonly type: "silent" };

interface Stdio extends TransportProtocol {
  info: ChildEvent;
}

interface State {
  readonly setup: TransportSetup;
  readonly child: Child;
  readonly stderr: StderrRing;
  /** Frames not yet handed to the pipe; those of one turn go in one write. */
  readonly waiting: Frame[];
  isFlushDue: boolean;
  /** A write that the pipe has not taken to its last byte. */
  isStalled: boolean;
  exit: { readonly exitCode: number | null; readonly signal: string | null } | undefined;
  isClosed: boolean;
}

/**
 * One child process as a transport: JSON lines over its stdin and stdout. The process owns the child; whatever way it
 * ends, the child's whole process group is gone before anybody hears of it.
 *
 * Source: MCP specification, revision 2025-11-25, "Transports", stdio; "Lifecycle", Shutdown.
 */
export function stdio(options: StdioServer, maxMessageSize = DEFAULT_MAX_MESSAGE_SIZE): TransportDefinition {
  const definition = server<Stdio>("transport")<State, TransportSetup>({
    init(setup, self) {
      self.trapExit = true;
      try {
        return startWith(open(options, setup, self), { continue: "listen" });
      } catch (cause) {
        // Some of what can be wrong with a command (E2BIG, a null byte) is thrown: it is trouble, not a defect.
        self.exit(shutdownWith(notStarted(cause)));
        return ignore;
      }
    },
    continue(_argument, state, self) {
      listen(state, options, self, maxMessageSize);
      return noreply(state);
    },
    calls: {},
    casts: {
      write(frame, state, self) {
        state.waiting.push(frame);
        if (!state.isFlushDue && !state.isStalled) {
          state.isFlushDue = true;
          self.process.send({ type: "flush" });
        }
        return noreply(state);
      },
    },
    info(message, state, self) {
      if (message.type === "EXIT" || message.type === "DOWN") return noreply(state);
      const end = react(message, state, self);
      return end === undefined ? noreply(state) : stop(shutdownWith(end), state);
    },
    async terminate(reason, state, self) {
      if (state.exit !== undefined || !isOrder(reason)) return;
      // What was handed over before the order to stop still goes out: cancellations are among it.
      flush(state, self);
      await state.child.end();
    },
    describe: (state) => ({ pid: state.child.pid }),
  });
  return definition as Definition<TransportSetup, TransportRef>;
}

function open(options: StdioServer, setup: TransportSetup, self: Self<ChildEvent>): State {
  const child = new Child(options, self.runtime);
  self.own(() => child.kill());
  const { connection, incarnation } = setup;
  const stderr = new StderrRing((line) => connection.send({ type: "stderr", incarnation, line }));
  return { setup, child, stderr, waiting: [], isFlushDue: false, isStalled: false, exit: undefined, isClosed: false };
}

/** Turns what the child does into mail; what it says goes straight to the connection. */
function listen(
  { setup, child, stderr }: State,
  options: StdioServer,
  self: Self<ChildEvent>,
  maxMessageSize: number,
): void {
  const { connection, incarnation } = setup;
  const { stdin, stdout, stderr: errors } = child.process;
  const post = (event: ChildEvent) => self.process.send(event);
  const lines = new LineSplitter({
    bytes: maxMessageSize,
    onTooLarge: (envelope) => tellTooLarge(setup, envelope, maxMessageSize),
  });
  const receive = (line: string) => {
    const value = parse(line);
    connection.send(
      value === NOT_JSON ? { type: "noise", incarnation, line } : { type: "received", incarnation, value },
    );
  };

  child.process.on("spawn", () => post({ type: "spawned" }));
  child.process.on("error", (error) => post({ type: "failed", error }));
  child.process.on("exit", (exitCode, signal) => post({ type: "exited", exitCode, signal }));
  stdout?.on("data", (chunk: Buffer) => lines.push(chunk, receive));
  stdout?.on("end", () => lines.end(receive));
  stdout?.on("close", () => post({ type: "closed" }));
  stdout?.on("error", () => undefined);
  // A broken pipe is the child's end, or will be: its exit says more.
  stdin?.on("error", () => undefined);
  errors?.on("error", () => undefined);
  errors?.on("data", (chunk: Buffer) => {
    stderr.push(chunk);
    if (options.stderr === "inherit") process.stderr.write(chunk);
  });
  errors?.on("end", () => stderr.end());
}

/** What an event changes; a {@link TransportEnd} when it is the last one. */
function react(event: ChildEvent, state: State, self: Self<ChildEvent>): TransportEnd | undefined {
  const { connection, incarnation } = state.setup;
  switch (event.type) {
    case "spawned":
      connection.send({ type: "opened", incarnation });
      return undefined;
    case "failed":
      if (state.child.pid !== undefined) return undefined;
      return notStarted(event.error);
    case "exited":
      state.exit = event;
      if (state.isClosed) return endOf(state);
      self.sendAfter(LAST_WORDS, { type: "silent" });
      return undefined;
    case "closed":
      state.isClosed = true;
      if (state.exit !== undefined) return endOf(state);
      // It can say nothing any more; if it is about to exit, its exit code should be told.
      self.sendAfter(LAST_WORDS, { type: "silent" });
      return undefined;
    case "silent":
      return endOf(state);
    case "flush":
      flush(state, self);
      return undefined;
    case "flushed":
      state.isStalled = false;
      connection.send({ type: "accepted", incarnation, upTo: event.upTo });
      flush(state, self);
      return undefined;
  }
}

/** Hands what waits to the pipe, until the pipe does not take a write at once. */
function flush(state: State, self: Self<ChildEvent>): void {
  state.isFlushDue = false;
  const { stdin } = state.child.process;
  const { connection, incarnation } = state.setup;
  while (!state.isStalled && state.waiting.length > 0 && stdin !== null && !stdin.destroyed) {
    const frames = takeBatch(state.waiting);
    const upTo = frames.at(-1)?.sequence ?? 0;
    stdin.write(frames.map((frame) => `${frame.text}\n`).join(""), (error) => {
      if (state.isStalled && !error) self.process.send({ type: "flushed", upTo });
    });
    // The kernel usually takes a write at once; then nothing of it is left in ours.
    state.isStalled = stdin.writableLength > 0;
    connection.send(
      state.isStalled ? { type: "stalled", incarnation, begun: upTo } : { type: "accepted", incarnation, upTo },
    );
  }
}

/**
 * Takes the frames of one write: several small ones save system calls, but how far the other side got within a write
 * that stalls is unknown, so a large one goes by itself.
 */
function takeBatch(waiting: Frame[]): Frame[] {
  let count = 1;
  let length = waiting[0]?.text.length ?? 0;
  while (count < waiting.length) {
    length += waiting[count]?.text.length ?? 0;
    if (length > BATCH) break;
    count++;
  }
  return waiting.splice(0, count);
}

function notStarted(cause: unknown): TransportEnd {
  // Node's error quotes the arguments, which may hold secrets.
  if (cause instanceof Error) Reflect.deleteProperty(cause, "spawnargs");
  return { message: "The server could not be started: see `cause`", cause };
}

function endOf(state: State): TransportEnd {
  state.stderr.end();
  const { exit } = state;
  const how =
    exit === undefined
      ? "closed its stdout"
      : exit.signal === null
        ? `exited with code ${exit.exitCode}`
        : `was ended by ${exit.signal}`;
  return { message: `The server ${how}`, exitCode: exit?.exitCode, signal: exit?.signal, stderr: state.stderr.lines };
}

/** Whether the end was asked for; otherwise the child is gone, or not worth waiting for. */
function isOrder(reason: ExitReason): boolean {
  return reason === "shutdown" || reason === "normal";
}

const NOT_JSON = Symbol("caduceus.notJson");

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return NOT_JSON;
  }
}
