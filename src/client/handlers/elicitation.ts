import type { Answer } from "../../connection/answers.js";
import { isRecord, type Params } from "../../protocol/message.js";
import type { Validators } from "../validators.js";
import { isDeclared, takesForms } from "./capabilities.js";
import { invalidParams } from "./refusals.js";
import { schemas } from "./request-schemas.js";
import type { ElicitationHandler, UrlRequest } from "./types.js";

/** What answering needs besides the handler. */
export interface ElicitationParts {
  readonly handler: ElicitationHandler;
  readonly capabilities: Params;
  readonly validators: Validators;
  /** The user has agreed to open a URL. */
  readonly urlAccepted: (request: UrlRequest) => void;
}

/**
 * Answers `elicitation/create`, of both modes.
 *
 * Source: MCP specification, revision 2025-11-25, "Elicitation", Response Actions and Error Handling.
 *
 * @throws what the handler throws, and what is wrong with its result.
 */
export async function answerElicitation(
  parts: ElicitationParts,
  params: unknown,
  signal: AbortSignal,
): Promise<Answer> {
  const isUrl = isRecord(params) && params.mode === "url";
  if (!(isUrl ? isDeclared(parts.capabilities, "elicitation.url") : takesForms(parts.capabilities))) {
    return invalidParams(`The client has not declared elicitation of mode ${isUrl ? "url" : "form"}`);
  }
  return await (isUrl ? answerUrl(parts, params, signal) : answerForm(parts, params, signal));
}

async function answerForm(parts: ElicitationParts, params: unknown, signal: AbortSignal): Promise<Answer> {
  const parsed = schemas.formRequest.safeParse(params);
  if (!parsed.success) return malformed();
  const request = parsed.data;
  const { action, content, ...rest } = schemas.elicitationResult.parse(await parts.handler(request, { signal }));
  if (action !== "accept") return { result: { ...rest, action } };
  // The schema as it came: what the specification's own leaves out may count for somebody else.
  const requestedSchema = (params as { readonly requestedSchema: unknown }).requestedSchema;
  const whole = await parts.validators.withDefaults(requestedSchema, content ?? {});
  const issues = await parts.validators.contentIssues(requestedSchema, whole);
  if (issues.length > 0) throw new Unfit(issues);
  return { result: { ...rest, action, content: whole } };
}

async function answerUrl(parts: ElicitationParts, params: unknown, signal: AbortSignal): Promise<Answer> {
  const parsed = schemas.urlRequest.safeParse(params);
  if (!parsed.success || !URL.canParse(parsed.data.url)) return malformed();
  const request = parsed.data;
  const { content: _, ...result } = schemas.elicitationResult.parse(await parts.handler(request, { signal }));
  if (result.action === "accept") parts.urlAccepted(request);
  return { result };
}

function malformed(): Answer {
  return invalidParams("Expected the parameters that elicitation/create is specified to have");
}

/** Tells the host what is wrong with what its handler filled in; the server does not hear of it. */
class Unfit extends Error {
  constructor(issues: readonly { readonly message: string }[]) {
    super("Expected the content to fit the form: see `cause`", { cause: issues });
  }
}
