import { constants } from "node:buffer";
import { z } from "zod";
import { defaultBackoff } from "../connection/backoff.js";
import { checkHeaders } from "../operation/headers.js";
import { ConfigError, InvalidRequestError } from "../protocol/errors.js";
import { LEGACY_VERSIONS } from "../protocol/legacy.js";
import { isRecord } from "../protocol/message.js";
import { MODERN_VERSIONS } from "../protocol/modern.js";
import { credentialIn, endpointOf, type HttpServer } from "../transport/http/server.js";
import { DEFAULT_MAX_MESSAGE_SIZE } from "../transport/transport.js";
import { isTransport } from "./open-transport.js";
import type { ConnectOptions, Server } from "./options.js";

// Loaded by `connect()`, never when `caduceus` is imported.

const limit = z.union([z.number().positive(), z.literal(Number.POSITIVE_INFINITY)], {
  error: "expected milliseconds above 0, or Infinity",
});
const duration = z.union([z.number().nonnegative(), z.literal(Number.POSITIVE_INFINITY)], {
  error: "expected milliseconds from 0 up, or Infinity",
});
const count = z.int().positive();
const callback = z.custom<(argument: never) => unknown>(isFunction, "expected a function");

const record = z.record(z.string(), z.unknown());

/** Milliseconds in which a server should answer a heartbeat. */
const ANSWER = 5_000;
const heartbeat = z.object({ interval: limit, timeout: limit.default(ANSWER) });

const payloadKinds = z.strictObject({
  requests: z.boolean().optional(),
  responses: z.boolean().optional(),
  notifications: z.boolean().optional(),
  progress: z.boolean().optional(),
});

const optionsSchema = z.object({
  name: z.string().min(1).optional(),
  clientInfo: z.object({ name: z.string(), version: z.string(), title: z.string().optional() }).optional(),
  protocol: z.enum(["auto", "modern", "legacy", ...MODERN_VERSIONS, ...LEGACY_VERSIONS]).default("auto"),
  startTimeout: limit.default(60_000),
  lazy: z.boolean().default(false),
  signal: z.instanceof(AbortSignal).optional(),
  timeout: limit.default(30_000),
  maxTimeout: limit.default(3_600_000),
  retry: z.union([z.boolean(), z.int().nonnegative(), z.literal(Number.POSITIVE_INFINITY)]).optional(),
  maxInFlight: count.default(64),
  maxPending: count.default(1_000),
  // The longest string there can be: a message is decoded whole.
  maxMessageSize: z.int().min(1_024).max(constants.MAX_STRING_LENGTH).default(DEFAULT_MAX_MESSAGE_SIZE),
  progressBuffer: count.default(4_096),
  progressDrain: duration.default(5_000),
  backoff: z
    .object({
      initial: z.number().nonnegative().default(defaultBackoff.initial),
      factor: z.number().min(1).default(defaultBackoff.factor),
      max: z.number().positive().default(defaultBackoff.max),
      jitter: z.number().min(0).max(1).default(defaultBackoff.jitter),
      resetAfter: limit.default(defaultBackoff.resetAfter),
    })
    .prefault({}),
  downAfter: limit.default(30_000),
  heartbeat: z.union([limit.transform((interval) => ({ interval, timeout: ANSWER })), heartbeat]).optional(),
  trustAnnotations: z.boolean().default(true),
  restart: z
    .object({ max: z.int().nonnegative().default(3), within: z.number().positive().default(5_000) })
    .prefault({}),
  fetch: z.custom<NonNullable<ConnectOptions["fetch"]>>(isFunction, "expected a function").optional(),
  auth: z.custom<NonNullable<ConnectOptions["auth"]>>(isAuth, "expected { token(), onUnauthorized() }").optional(),
  roots: z.array(z.unknown()).optional(),
  onSampling: callback.optional(),
  onElicitation: callback.optional(),
  onLog: callback.optional(),
  capabilities: record.optional(),
  extensions: z.record(z.string(), record).optional(),
  handleSignals: z.boolean().default(false),
  telemetry: z
    .object({ payloads: z.union([z.boolean(), payloadKinds]).default(false), maxLength: count.default(1_024) })
    .prefault({}),
  onCrash: callback.optional(),
  runtime: z.custom<object>((value) => typeof value === "object" && value !== null, "expected a Runtime").optional(),
});

export type CheckedOptions = z.output<typeof optionsSchema>;

const stdioSchema = z.object({
  type: z.literal("stdio").optional(),
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  cwd: z.string().optional(),
  stderr: z.union([z.literal("ring"), z.literal("inherit"), callback]).optional(),
});

const httpSchema = z.object({
  type: z.enum(["http", "streamable-http", "streamableHttp", "sse"]).optional(),
  url: z.string().refine(isHttpUrl, "expected an http: or https: URL"),
  headers: z.record(z.string(), z.string()).optional(),
  allowInsecure: z.boolean().optional(),
});

/** @throws {ConfigError} that names the option, and never shows its value. */
export function checkOptions(options: ConnectOptions): CheckedOptions {
  return parse(optionsSchema, options, "the options of connect");
}

/**
 * @throws {ConfigError} that names the key, and never shows its value: also where credentials would go over plain `http:`
 * to another machine.
 */
export function checkServer(
  server: Server,
  { auth }: Pick<CheckedOptions, "auth">,
): { readonly server: Server; readonly unknownKeys: readonly string[] } {
  if (typeof server === "function" || isTransport(server)) return { server, unknownKeys: [] };
  const schema = isRecord(server) && "url" in server ? httpSchema : stdioSchema;
  parse(schema, server, "the server");
  if ("url" in server) checkCredentials(server, auth !== undefined);
  const known = new Set(Object.keys(schema.shape));
  return { server, unknownKeys: Object.keys(server).filter((key) => !known.has(key)) };
}

function checkCredentials(server: HttpServer, hasAuth: boolean): void {
  try {
    checkHeaders(server.headers);
  } catch (error) {
    throw error instanceof InvalidRequestError ? new ConfigError(error.message) : error;
  }
  const { headers, isExposed } = endpointOf(server);
  if (!isExposed) return;
  const secret = credentialIn(headers);
  if (secret === undefined && !hasAuth) return;
  const what = secret === undefined ? "the token of `auth`" : `the header \`${secret}\``;
  throw new ConfigError(
    `Expected ${what} not to be sent over plain http to another machine: use https, or \`allowInsecure: true\``,
  );
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isAuth(value: unknown): boolean {
  if (!isRecord(value) || typeof value.token !== "function") return false;
  return value.onUnauthorized === undefined || typeof value.onUnauthorized === "function";
}

function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue === undefined || issue.path.length === 0 ? "" : `\`${issue.path.join(".")}\` of `;
  throw new ConfigError(`Expected ${path}${what} to be right, but: ${issue?.message ?? "it is not"}`, parsed.error);
}
