import type {
  CallToolResultSchema,
  CompleteResultSchema,
  DiscoverResultSchema,
  GetPromptResultSchema,
  InitializeResultSchema,
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListResourceTemplatesResultSchema,
  ListToolsResultSchema,
  ReadResourceResultSchema,
  ResultSchema,
  ToolSchema,
} from "@modelcontextprotocol/core";
import type { output } from "zod";

// The specification's own types, by way of the official schemas: what is validated and what is typed cannot drift apart.

export type EmptyResult = output<typeof ResultSchema>;
export type InitializeResult = output<typeof InitializeResultSchema>;
export type DiscoverResult = output<typeof DiscoverResultSchema>;
export type Tool = output<typeof ToolSchema>;
export type ListToolsResult = output<typeof ListToolsResultSchema>;
export type CallToolResult = output<typeof CallToolResultSchema>;
export type ListResourcesResult = output<typeof ListResourcesResultSchema>;
export type ListResourceTemplatesResult = output<typeof ListResourceTemplatesResultSchema>;
export type ReadResourceResult = output<typeof ReadResourceResultSchema>;
export type ListPromptsResult = output<typeof ListPromptsResultSchema>;
export type GetPromptResult = output<typeof GetPromptResultSchema>;
export type CompleteResult = output<typeof CompleteResultSchema>;

/** The result of every request a client may make, by method. */
export interface ResultByMethod {
  readonly ping: EmptyResult;
  readonly "server/discover": DiscoverResult;
  readonly "tools/list": ListToolsResult;
  readonly "tools/call": CallToolResult;
  readonly "resources/list": ListResourcesResult;
  readonly "resources/templates/list": ListResourceTemplatesResult;
  readonly "resources/read": ReadResourceResult;
  readonly "resources/subscribe": EmptyResult;
  readonly "resources/unsubscribe": EmptyResult;
  readonly "prompts/list": ListPromptsResult;
  readonly "prompts/get": GetPromptResult;
  readonly "completion/complete": CompleteResult;
  readonly "logging/setLevel": EmptyResult;
  readonly "subscriptions/listen": EmptyResult;
}

export type KnownMethod = keyof ResultByMethod;
