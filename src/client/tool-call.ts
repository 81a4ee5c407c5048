import type { RequestOptions } from "../operation/operation.js";
import { InvalidResultError } from "../protocol/errors.js";
import type { Reach } from "../protocol/failure.js";
import type { Params } from "../protocol/message.js";
import type { CallToolResult } from "../protocol/results.js";
import type { ToolBook } from "./lists/tool-book.js";
import type { OperationPromise } from "./operation-promise.js";
import { operationOf, type Requests } from "./requests.js";
import type { Validators } from "./validators.js";

const METHOD = "tools/call";

/**
 * Calls a tool, and holds its result against the `outputSchema` it was listed with. What a tool reports as its own failure
 * need not fit, and a tool that was never listed has promised nothing.
 *
 * Source: MCP specification, revision 2025-11-25, "Tools", Output Schema.
 */
export function callTool(
  requests: Requests,
  tools: ToolBook,
  validators: Validators,
  name: string,
  args: Params | undefined,
  options: RequestOptions | undefined,
): OperationPromise<CallToolResult> {
  return requests.begin(METHOD, options, async (call) => {
    const operation = operationOf(METHOD, args === undefined ? { name } : { name, arguments: args }, options);
    const { value, reach } = await requests.carry(operation, call);
    await checkOutput(tools, validators, name, value, reach);
    return value;
  });
}

async function checkOutput(
  tools: ToolBook,
  validators: Validators,
  name: string,
  result: CallToolResult,
  reach: Reach,
): Promise<void> {
  const tool = tools.tool(name);
  if (tool?.outputSchema === undefined || result.isError === true) return;
  if (result.structuredContent === undefined) {
    const cause = new Error("The tool has an output schema, but its result has no structuredContent");
    throw new InvalidResultError(METHOD, result, { ...reach, cause });
  }
  const issues = await validators.outputIssues(tool, result.structuredContent);
  if (issues.length > 0) throw new InvalidResultError(METHOD, result, { ...reach, cause: issues });
}
