import type { Answer } from "../../connection/answers.js";
import { isRecord, type Params } from "../../protocol/message.js";
import { isDeclared } from "./capabilities.js";
import { invalidParams, rejectedByUser } from "./refusals.js";
import { schemas } from "./request-schemas.js";
import type { SamplingHandler, SamplingRequest } from "./types.js";

/**
 * Answers `sampling/createMessage`.
 *
 * Source: MCP specification, revision 2025-11-25, "Sampling", Error Handling.
 *
 * @throws what the handler throws, and what is wrong with its result.
 */
export async function answerSampling(
  handler: SamplingHandler,
  capabilities: Params,
  params: unknown,
  signal: AbortSignal,
): Promise<Answer> {
  const parsed = schemas.samplingRequest.safeParse(params);
  if (!parsed.success) return invalidParams("Expected the parameters that sampling/createMessage is specified to have");
  const request = parsed.data;
  const problem = problemOf(request, capabilities);
  if (problem !== undefined) return invalidParams(problem);
  const result = await handler(request, { signal });
  if (result === "rejected") return rejectedByUser;
  const schema = usesTools(request) ? schemas.samplingResultWithTools : schemas.samplingResult;
  return { result: schema.parse(result) };
}

function usesTools({ tools, toolChoice }: SamplingRequest): boolean {
  return tools !== undefined || toolChoice !== undefined;
}

function problemOf(request: SamplingRequest, capabilities: Params): string | undefined {
  if (usesTools(request) && !isDeclared(capabilities, "sampling.tools")) {
    return "Expected no tools: the client has not declared sampling.tools";
  }
  return problemWithToolResults(request.messages);
}

/** Every use of a tool is answered by the message right after it, which has nothing but these answers. */
function problemWithToolResults(messages: readonly { readonly content: unknown }[]): string | undefined {
  let open: unknown[] = [];
  for (const { content } of messages) {
    const blocks: unknown[] = Array.isArray(content) ? content : [content];
    const results = blocks.flatMap((block) =>
      isRecord(block) && block.type === "tool_result" ? [block.toolUseId] : [],
    );
    if (results.length > 0 && results.length < blocks.length) return "Tool results mixed with other content";
    if (open.some((id) => !results.includes(id))) return "Tool result missing in request";
    open = blocks.flatMap((block) => (isRecord(block) && block.type === "tool_use" ? [block.id] : []));
  }
  return open.length > 0 ? "Tool result missing in request" : undefined;
}
