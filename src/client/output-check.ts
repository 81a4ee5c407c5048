import { InvalidResultError } from "../protocol/errors.js";
import type { Reach } from "../protocol/failure.js";
import type { CallToolResult, Tool } from "../protocol/results.js";
import type { ToolBook } from "./lists/tool-book.js";
import type { Look } from "./requests.js";
import type { Validators } from "./validators.js";

const METHOD = "tools/call";

/**
 * Holds the result of a `tools/call` against the `outputSchema` its tool was listed with. What a tool reports as its own
 * failure need not fit, and a tool that was never listed has promised nothing.
 *
 * Source: MCP specification, revision 2025-11-25, "Tools", Output Schema.
 */
export function outputCheck(tools: ToolBook, validators: Validators): Look<CallToolResult> {
  return (result, params, reach) => {
    const tool = tools.tool(String(params?.name));
    if (tool?.outputSchema === undefined || result.isError === true) return undefined;
    return checkOutput(tool, validators, result, reach);
  };
}

async function checkOutput(tool: Tool, validators: Validators, result: CallToolResult, reach: Reach): Promise<void> {
  const { outcome, attempts } = reach;
  if (result.structuredContent === undefined) {
    const cause = new Error("The tool has an output schema, but its result has no structuredContent");
    throw new InvalidResultError(METHOD, result, { outcome, attempts, cause });
  }
  const issues = await validators.outputIssues(tool, result.structuredContent);
  if (issues.length > 0) throw new InvalidResultError(METHOD, result, { outcome, attempts, cause: issues });
}
