import { isThenable } from "../../actors/index.js";
import type { Operation } from "../operation/operation.js";
import type { Settlement } from "../operation/settlement.js";
import { InvalidResultError } from "../protocol/errors.js";
import { errorOf } from "../protocol/failure.js";
import type { StandardResult, StandardSchema } from "../protocol/standard-schema.js";
import { plainToolResult } from "./plain-result.js";

type Success = Settlement & { readonly ok: true };
type Checked = StandardResult<unknown>;

/**
 * What an operation's caller gets: at once, unless its schema takes its time. Nothing is awaited that need not be, since
 * every call comes this way.
 *
 * @throws what the operation failed with, or {@link InvalidResultError}.
 */
export function resultOf<R>(
  { method, result: given }: Pick<Operation<R>, "method" | "result">,
  settlement: Settlement,
  schemas: Readonly<Record<string, StandardSchema>>,
): R | Promise<R> {
  if (!settlement.ok) {
    throw errorOf(method, settlement.failure, { outcome: settlement.outcome, attempts: settlement.attempts });
  }
  const plain = given === undefined && method === "tools/call" ? plainToolResult(settlement.result) : undefined;
  if (plain !== undefined) return plain as R;
  const schema = given ?? (Object.hasOwn(schemas, method) ? schemas[method] : undefined);
  if (schema === undefined) return settlement.result as R;
  let checked: Checked | Promise<Checked>;
  try {
    checked = schema["~standard"].validate(settlement.result);
  } catch (cause) {
    throw invalid(method, settlement, cause);
  }
  return isThenable(checked) ? checkedLater(method, settlement, checked) : checkedValue(method, settlement, checked);
}

async function checkedLater<R>(method: string, settlement: Success, checking: PromiseLike<Checked>): Promise<R> {
  let checked: Checked;
  try {
    checked = await checking;
  } catch (cause) {
    throw invalid(method, settlement, cause);
  }
  return checkedValue(method, settlement, checked);
}

function checkedValue<R>(method: string, settlement: Success, checked: Checked): R {
  if (checked.issues !== undefined) throw invalid(method, settlement, checked.issues);
  return checked.value as R;
}

function invalid(method: string, { result, outcome, attempts }: Success, cause: unknown): InvalidResultError {
  return new InvalidResultError(method, result, { outcome, attempts, cause });
}
