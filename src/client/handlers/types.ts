import type {
  CreateMessageRequestParamsSchema,
  CreateMessageResultSchema,
  CreateMessageResultWithToolsSchema,
  ElicitRequestFormParamsSchema,
  ElicitRequestURLParamsSchema,
} from "@modelcontextprotocol/core";
import type { input, output } from "zod";
import type { Params } from "../../protocol/message.js";

/** A directory or file the server may look at: a `file://` URI, and a name for people. */
export interface Root {
  readonly uri: string;
  readonly name?: string | undefined;
}

export type SamplingRequest = output<typeof CreateMessageRequestParamsSchema>;
export type SamplingResult = input<typeof CreateMessageResultSchema> | input<typeof CreateMessageResultWithToolsSchema>;

/** A form to be filled in: content that fits `requestedSchema`. */
export type FormRequest = output<typeof ElicitRequestFormParamsSchema>;
/** A URL for the user to open, after having been shown where it leads. Servers of 2026-07-28 give no `elicitationId`. */
export type UrlRequest = Omit<output<typeof ElicitRequestURLParamsSchema>, "elicitationId"> & {
  readonly elicitationId?: string | undefined;
};
export type ElicitationRequest = FormRequest | UrlRequest;

/** What the user did. `content` counts for a form that is accepted. */
export interface ElicitationResult {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: Readonly<Record<string, string | number | boolean | readonly string[]>> | undefined;
  readonly _meta?: Params | undefined;
}

/** What a handler gets besides the request. */
export interface HandlerContext {
  /** Aborts when nobody waits for the answer any more: the operation has ended, the server is gone, or it cancelled. */
  readonly signal: AbortSignal;
}

/**
 * Has a model answer for the server. `"rejected"` says that the user did not want it. What it throws is an internal error
 * to the server, without its text, and a `callbackError` event. Not called for requests that are malformed, or need what
 * the client has not declared (`capabilities: { sampling: { tools: {} } }`).
 *
 * Source: MCP specification, revision 2025-11-25, "Sampling".
 */
export type SamplingHandler = (
  request: SamplingRequest,
  context: HandlerContext,
) => SamplingResult | "rejected" | PromiseLike<SamplingResult | "rejected">;

/**
 * Asks the user for the server: `accept` (with `content` for a form), `decline` or `cancel`. Fields that are left out get
 * the form's defaults; content that does not fit the form is an internal error to the server and a `callbackError` event,
 * and so is what it throws. Not called for requests that are malformed, or of a mode that is not declared.
 *
 * Source: MCP specification, revision 2025-11-25, "Elicitation".
 */
export type ElicitationHandler = (
  request: ElicitationRequest,
  context: HandlerContext,
) => ElicitationResult | PromiseLike<ElicitationResult>;
