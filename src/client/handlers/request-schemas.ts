import * as core from "@modelcontextprotocol/core";
import { z } from "zod";

// Loaded by `connect()`, never when `caduceus` is imported.

/** What servers ask for, and what handlers may answer. */
export const schemas = {
  samplingRequest: core.CreateMessageRequestParamsSchema,
  samplingResult: core.CreateMessageResultSchema,
  samplingResultWithTools: core.CreateMessageResultWithToolsSchema,
  formRequest: core.ElicitRequestFormParamsSchema,
  // The id went with revision 2026-07-28.
  urlRequest: core.ElicitRequestURLParamsSchema.extend({ elicitationId: z.string().optional() }),
  elicitationResult: core.ElicitResultSchema,
} as const;
