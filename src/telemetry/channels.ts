import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { isThenable } from "../../actors/index.js";
import type { AttemptOutcome, ErrorCode } from "../protocol/base-error.js";
import { ConfigError, type TimeLimit } from "../protocol/errors.js";
import type { ProgressToken, RequestId } from "../protocol/message.js";

/** What every message bears. */
interface OfClient {
  /** The client's name: its `name` option, or what it was made of its server. */
  readonly client: string;
}

/** What was said, redacted and cut; only where the `telemetry.payloads` option asks for this kind. */
interface WithPayload {
  readonly payload?: string;
}

/** An operation: one request of the client's, whatever it takes to have it answered. */
interface OfOperation extends OfClient {
  /**
   * Counts the operations of one client that were watched. `undefined` in a message about an operation that had begun
   * before anybody listened, or that is no caller's: the stream of the client's own subscriptions.
   */
  readonly operation: number | undefined;
  /** The operation's progress token, as its caller knows it. */
  readonly token: ProgressToken;
  readonly method: string;
}

interface NamedOperation extends OfOperation {
  /** Of the tool or the prompt, where there is one. */
  readonly name: string | undefined;
}

/** How far an operation got, and how often it was put on the wire. */
interface Reached {
  readonly outcome: AttemptOutcome;
  readonly attempts: number;
}

interface OfIncarnation extends OfClient {
  /** Which life of the transport it is; the first is 1. */
  readonly incarnation: number;
}

/** What a message on the wire is: `"invalid"` is what is none of the three. */
export type WireKind = "request" | "response" | "notification" | "invalid";

interface OnTheWire extends OfIncarnation, WithPayload {
  readonly kind: WireKind;
  /** The JSON-RPC id, where it is known. */
  readonly id: RequestId | undefined;
  readonly method: string | undefined;
}

/**
 * What a client tells on `node:diagnostics_channel`, by the channel's name. Nothing is made for a channel that nobody
 * listens to. Times are milliseconds on the clock of the client's runtime. No message has headers, environment, URLs,
 * session ids or, unless asked for, anything of what was said.
 */
export interface Telemetry {
  /** A client is about to start. */
  "caduceus:client.start": OfClient & {
    /** How its server is reached: by what its entry says, or by a transport of the host's. */
    readonly transport: "stdio" | "http" | "custom";
  };
  /** A client has ended, and nothing of it is left. */
  "caduceus:client.stop": OfClient & {
    /** Since its start. */
    readonly duration: number;
    /** Whether it gave up after too many defects of its own. */
    readonly isDefect: boolean;
  };
  /** An operation begins: it may have to wait. Payload: its parameters (`requests`). */
  "caduceus:operation.start": NamedOperation & WithPayload;
  /** An operation has settled, a moment before its promise does. Payload: its result, or the server's error (`responses`). */
  "caduceus:operation.end": NamedOperation &
    Reached &
    WithPayload & {
      /** Since its start. */
      readonly duration: number;
      readonly ok: boolean;
      /** Whether the tool says of its result that it is an error; `undefined` for other methods, and if not `ok`. */
      readonly isError: boolean | undefined;
      /** Of the error, if not `ok`. */
      readonly code: ErrorCode | undefined;
      /** JSON-RPC's code, where the server refused. */
      readonly rpcCode: number | undefined;
    };
  /** An operation is put on the wire again. */
  "caduceus:operation.retry": OfOperation & {
    /** The number of this attempt: 2 and up. */
    readonly attempt: number;
    /** How far the attempts before went, the worst of them. */
    readonly outcome: AttemptOutcome;
  };
  /** A limit of an operation has passed; its end follows. */
  "caduceus:operation.timeout": NamedOperation &
    Reached & {
      readonly limit: TimeLimit;
      /** That limit. */
      readonly after: number;
    };
  /** An operation was given up, by its caller or by the server; its end follows. */
  "caduceus:operation.cancel": NamedOperation & Reached;
  /** An update is delivered. Payload: the update's message (`progress`). */
  "caduceus:operation.progress": OfOperation &
    WithPayload & {
      readonly progress: number;
      readonly total: number | undefined;
      /** Which attempt it is of; the first is 1. */
      readonly attempt: number;
    };
  /** The server asks something: elicitation, sampling, roots, in either era. Payload: its parameters (`requests`). */
  "caduceus:request.start": OfClient &
    WithPayload & {
      readonly id: RequestId;
      readonly method: string;
    };
  /** What the server asked is answered. Payload: the answer (`responses`). */
  "caduceus:request.end": OfClient &
    WithPayload & {
      readonly id: RequestId;
      readonly method: string;
      /** Since it was asked. */
      readonly duration: number;
      readonly ok: boolean;
      /** JSON-RPC's code, if it was refused or the handler failed. */
      readonly rpcCode: number | undefined;
    };
  /** The server notifies the client of something, progress aside. Payload: the parameters (`notifications`). */
  "caduceus:notification": OfClient & WithPayload & { readonly method: string };
  /** The roots were told to the server, or are others now. */
  "caduceus:roots": OfClient & { readonly what: "asked" | "changed"; readonly count: number };
  /** The client's state is another one. */
  "caduceus:connection.state": OfClient & {
    readonly from: "starting" | "ready" | "reconnecting" | "down" | "closed";
    readonly to: "starting" | "ready" | "reconnecting" | "down" | "closed";
  };
  /** A handshake is done. */
  "caduceus:connection.ready": OfIncarnation & {
    /** What the server says of itself. */
    readonly server: { readonly name: string; readonly version: string };
    readonly protocolVersion: string;
    readonly era: "legacy" | "modern";
  };
  /**
   * A next one takes over: of the transport, because the one before has ended, or of the connection's process, because of
   * a defect of the client's own.
   */
  "caduceus:connection.restart": OfClient & {
    readonly what: "transport" | "connection";
    /** Of the new one's incarnation, or how often the process was restarted. */
    readonly count: number;
  };
  /** A transport is open, or is again. */
  "caduceus:transport.connect": OfIncarnation & {
    /** `"http"`: every message travels by itself. */
    readonly wire: "pipe" | "http";
  };
  /** A message is handed to a transport. Payload: all of it, under its own kind. */
  "caduceus:transport.send": OnTheWire & {
    /** The revision that a header names, where there is one. */
    readonly protocolVersion: string | undefined;
    /** Of the message, in UTF-16 code units. */
    readonly length: number;
  };
  /** A message has come in; each one of a batch. Payload: all of it, under its own kind. */
  "caduceus:transport.receive": OnTheWire & {
    /** The request on whose response stream it came, where there is one. */
    readonly via: RequestId | undefined;
  };
  /** A transport has ended. */
  "caduceus:transport.disconnect": OfIncarnation & {
    /** Whether the client ended it in order. */
    readonly isOrderly: boolean;
    readonly exitCode: number | null | undefined;
    readonly signal: string | null | undefined;
  };
  /**
   * Something is wrong with a transport that it may survive: it could not be made (`"open"`), its server cannot be reached
   * (`"unreachable"`), or one request went wrong (`"request"`).
   */
  "caduceus:transport.error": OfIncarnation & {
    readonly what: "open" | "unreachable" | "request";
    /** Of the request. */
    readonly id: RequestId | undefined;
    /** Of the error with which the request fails, unless it is repeated. */
    readonly code: ErrorCode | undefined;
  };
  /** Something came in and was not delivered. */
  "caduceus:dropped": OfClient & {
    /** The counter it is found under in `client.stats`, e.g. `progress.late`. */
    readonly what: string;
    readonly token: ProgressToken | undefined;
  };
}

/** The name of a channel. */
export type TelemetryChannel = keyof Telemetry;

const table: { readonly [N in TelemetryChannel]: true } = {
  "caduceus:client.start": true,
  "caduceus:client.stop": true,
  "caduceus:operation.start": true,
  "caduceus:operation.end": true,
  "caduceus:operation.retry": true,
  "caduceus:operation.timeout": true,
  "caduceus:operation.cancel": true,
  "caduceus:operation.progress": true,
  "caduceus:request.start": true,
  "caduceus:request.end": true,
  "caduceus:notification": true,
  "caduceus:roots": true,
  "caduceus:connection.state": true,
  "caduceus:connection.ready": true,
  "caduceus:connection.restart": true,
  "caduceus:transport.connect": true,
  "caduceus:transport.send": true,
  "caduceus:transport.receive": true,
  "caduceus:transport.disconnect": true,
  "caduceus:transport.error": true,
  "caduceus:dropped": true,
};

/** The names of all channels. */
export const telemetryChannels = Object.keys(table) as readonly TelemetryChannel[];

/**
 * Listens to a channel, of every client in this thread. Returns how to stop.
 *
 * The listener is called on the client's own stack: be quick, and call nothing of the client. Unlike with
 * `diagnostics_channel.subscribe`, where what a subscriber throws ends the program, what it throws or rejects with is a
 * Node warning here. It is not called for what happened before.
 *
 * ```ts
 * onTelemetry("caduceus:operation.end", ({ method, duration, ok }) => console.log(method, duration, ok));
 * ```
 *
 * @throws {ConfigError} for a name that is none.
 */
export function onTelemetry<N extends TelemetryChannel>(
  name: N,
  listener: (message: Telemetry[N], name: N) => unknown,
): () => void {
  if (!Object.hasOwn(table, name)) throw new ConfigError("Expected `name` to be one of `telemetryChannels`");
  if (typeof listener !== "function") throw new ConfigError("Expected `listener` to be a function");
  const hear = (message: unknown) => {
    try {
      const result = listener(message as Telemetry[N], name);
      if (isThenable(result)) result.then(undefined, () => warn(name));
    } catch {
      warn(name);
    }
  };
  subscribe(name, hear);
  return () => void unsubscribe(name, hear);
}

/** Without what was thrown, which may have anything in it. */
function warn(name: TelemetryChannel): void {
  process.emitWarning(`A telemetry listener to ${name} failed`, "CaduceusWarning");
}
