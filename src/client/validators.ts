import type { Params } from "../protocol/message.js";
import type { Tool } from "../protocol/results.js";

/** What is wrong with a value; empty: nothing. */
export type Issues = readonly { readonly message: string }[];

/** Checks what JSON Schemas of a server's describe. Must not throw: a bad schema is the server's, and fails only its own. */
export interface Validators {
  /** A result's `structuredContent`, by the `outputSchema` of the tool; only asked for tools that have one. */
  outputIssues(tool: Tool, structuredContent: unknown): Issues | Promise<Issues>;
  /** What a host's handler filled a form in with, by the form's `requestedSchema`. */
  contentIssues(requestedSchema: unknown, content: Params): Issues | Promise<Issues>;
  /** The content with the schema's defaults in the fields that are not filled in. */
  withDefaults(requestedSchema: unknown, content: Params): Params | Promise<Params>;
}
