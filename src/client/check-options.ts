import { z } from "zod";
import { defaultBackoff } from "../connection/backoff.js";
import { ConfigError } from "../protocol/errors.js";
import { LEGACY_VERSIONS } from "../protocol/legacy.js";
import type { ConnectOptions, Server } from "./options.js";

// Loaded by `connect()`, never when `caduceus` is imported.

const limit = z.union([z.number().positive(), z.literal(Number.POSITIVE_INFINITY)], {
  error: "expected milliseconds above 0, or Infinity",
});
const duration = z.union([z.number().nonnegative(), z.literal(Number.POSITIVE_INFINITY)], {
  error: "expected milliseconds from 0 up, or Infinity",
});
const count = z.int().positive();
const callback = z.custom<(argument: never) => unknown>((value) => typeof value === "function", "expected a function");

/** Milliseconds in which a server should answer a heartbeat. */
const ANSWER = 5_000;
const heartbeat = z.object({ interval: limit, timeout: limit.default(ANSWER) });

const optionsSchema = z.object({
  name: z.string().min(1).optional(),
  clientInfo: z.object({ name: z.string(), version: z.string(), title: z.string().optional() }).optional(),
  protocol: z.enum(["auto", "legacy", ...LEGACY_VERSIONS]).default("auto"),
  startTimeout: limit.default(60_000),
  lazy: z.boolean().default(false),
  signal: z.instanceof(AbortSignal).optional(),
  timeout: limit.default(30_000),
  maxTimeout: limit.default(3_600_000),
  retry: z.union([z.boolean(), z.int().nonnegative(), z.literal(Number.POSITIVE_INFINITY)]).optional(),
  maxInFlight: count.default(64),
  maxPending: count.default(1_000),
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
  handleSignals: z.boolean().default(false),
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

/** @throws {ConfigError} that names the option, and never shows its value. */
export function checkOptions(options: ConnectOptions): CheckedOptions {
  return parse(optionsSchema, options, "the options of connect");
}

/** @throws {ConfigError} */
export function checkServer(server: Server): { readonly server: Server; readonly unknownKeys: readonly string[] } {
  if (typeof server === "function") return { server, unknownKeys: [] };
  parse(stdioSchema, server, "the server");
  const known = new Set(Object.keys(stdioSchema.shape));
  return { server, unknownKeys: Object.keys(server).filter((key) => !known.has(key)) };
}

function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue === undefined || issue.path.length === 0 ? "" : `\`${issue.path.join(".")}\` of `;
  throw new ConfigError(`Expected ${path}${what} to be right, but: ${issue?.message ?? "it is not"}`, parsed.error);
}
