import type { Failure } from "../operation/settlement.js";
import { isLegacyVersion, LEGACY_VERSIONS, legacy, type ServerInfo } from "../protocol/legacy.js";
import type { RpcResponse } from "../protocol/message.js";
import type { InitializeResult } from "../protocol/results.js";
import { cleanServerText } from "../protocol/server-text.js";

export type Verdict =
  | { readonly agreed: true; readonly server: ServerInfo }
  | { readonly agreed: false; readonly failure: Failure };

/** What the server's answer to `initialize` comes to. */
export function judge(response: RpcResponse, check: (result: unknown) => InitializeResult): Verdict {
  if (response.error !== undefined) return { agreed: false, failure: { code: "PROTOCOL", error: response.error } };
  let result: InitializeResult;
  try {
    result = check(response.result);
  } catch (cause) {
    return refuse(
      "Expected the server's answer to initialize to have the shape it is specified to have: see `cause`",
      cause,
    );
  }
  if (isLegacyVersion(result.protocolVersion)) return { agreed: true, server: legacy.serverInfo(result) };
  return refuse(
    `Expected the server to speak one of ${LEGACY_VERSIONS.join(", ")}, but it wants ${cleanServerText(result.protocolVersion)}`,
  );
}

function refuse(message: string, cause?: unknown): Verdict {
  return { agreed: false, failure: { code: "CONNECTION_LOST", message, loss: { incarnation: 0 }, cause } };
}
