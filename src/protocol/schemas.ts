import * as core from "@modelcontextprotocol/core";
import type { ZodType } from "zod";
import type { KnownMethod } from "./results.js";

// Loaded by `connect()` while the server starts, never when `caduceus` is imported: zod and the schemas cost 100 ms.

/** What a server's answer must look like, by method. */
export const resultSchemas: { readonly [M in KnownMethod]: ZodType } = {
  ping: core.ResultSchema,
  "server/discover": core.DiscoverResultSchema,
  "tools/list": core.ListToolsResultSchema,
  "tools/call": core.CallToolResultSchema,
  "resources/list": core.ListResourcesResultSchema,
  "resources/templates/list": core.ListResourceTemplatesResultSchema,
  "resources/read": core.ReadResourceResultSchema,
  "resources/subscribe": core.ResultSchema,
  "resources/unsubscribe": core.ResultSchema,
  "prompts/list": core.ListPromptsResultSchema,
  "prompts/get": core.GetPromptResultSchema,
  "completion/complete": core.CompleteResultSchema,
  "logging/setLevel": core.ResultSchema,
  "subscriptions/listen": core.ResultSchema,
};

export const initializeResultSchema: ZodType = core.InitializeResultSchema;
export const discoverResultSchema: ZodType = core.DiscoverResultSchema;
