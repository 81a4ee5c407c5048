import type { Answer } from "../../connection/answers.js";

const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;
const INTERNAL_ERROR = -32_603;
/** What the specification has for a user who does not want what a server asks for. */
const REJECTED = -1;

export const notOffered: Answer = { error: { code: METHOD_NOT_FOUND, message: "Method not found" } };

export const rejectedByUser: Answer = { error: { code: REJECTED, message: "User rejected sampling request" } };

export function invalidParams(message: string): Answer {
  return { error: { code: INVALID_PARAMS, message } };
}

/** What went wrong here is not for the server to know. */
export const failedHere: Answer = { error: { code: INTERNAL_ERROR, message: "The client could not answer" } };
