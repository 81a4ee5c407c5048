import * as core from "@modelcontextprotocol/core";
import { type ZodType, z } from "zod";
import type { ElicitationResult, FormRequest, SamplingRequest, SamplingResult, UrlRequest } from "./types.js";

// Loaded by `connect()`, never when `caduceus` is imported.

/** What servers ask for, and what handlers may answer. */
export const schemas: {
  readonly samplingRequest: ZodType<SamplingRequest>;
  readonly samplingResult: ZodType<SamplingResult>;
  readonly samplingResultWithTools: ZodType<SamplingResult>;
  readonly formRequest: ZodType<FormRequest>;
  readonly urlRequest: ZodType<UrlRequest>;
  readonly elicitationResult: ZodType<ElicitationResult>;
} = {
  samplingRequest: core.CreateMessageRequestParamsSchema,
  samplingResult: core.CreateMessageResultSchema,
  samplingResultWithTools: core.CreateMessageResultWithToolsSchema,
  formRequest: core.ElicitRequestFormParamsSchema,
  // The id went with revision 2026-07-28.
  urlRequest: core.ElicitRequestURLParamsSchema.extend({ elicitationId: z.string().optional() }),
  elicitationResult: core.ElicitResultSchema,
};
