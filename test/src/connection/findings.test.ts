import { describe, expect, test } from "vitest";
import { findingOf, findingOfFailure, replyOf } from "../../../src/connection/findings.js";
import type { Failure } from "../../../src/protocol/failure.js";
import type { RpcError, RpcResponse } from "../../../src/protocol/message.js";
import type { DiscoverResult, InitializeResult } from "../../../src/protocol/results.js";

const modern = { supportedVersions: ["2026-07-28"], capabilities: {} } as unknown as DiscoverResult;
const legacy = { protocolVersion: "2025-11-25" } as unknown as InitializeResult;
const answer = (rest: { readonly result?: unknown; readonly error?: RpcError }): RpcResponse =>
  ({ jsonrpc: "2.0", id: 1, ...rest }) as RpcResponse;
const accept = () => modern;
const refuse = (): never => {
  throw new Error("no such shape");
};
const http = (status: number): Failure => ({ code: "HTTP", message: "HTTP", http: { status, retryAfter: undefined } });
const isForeign = {
  kind: "foreign",
  failure: {
    code: "CONNECTION_LOST",
    message:
      "Expected the server to answer server/discover, as revision 2026-07-28 demands: see `cause`, or choose another `protocol`",
    loss: { incarnation: 0 },
  },
};

describe("the answer to server/discover", () => {
  test.each([[{}], [{ resultType: "complete" }], ["a string"]])("of the right shape is a server's: %j", (result) => {
    expect(findingOf(answer({ result }), accept)).toEqual({ kind: "server", result: modern });
  });

  test("of the right shape that is not complete is foreign", () => {
    const finding = findingOf(answer({ result: { resultType: "input_required" } }), accept);

    expect(finding).toMatchObject(isForeign);
    expect(finding).toMatchObject({ failure: { cause: new Error("Its `resultType` is not `complete`") } });
  });

  test("of another shape is foreign, and why is the cause", () => {
    const finding = findingOf(answer({ result: {} }), refuse);

    expect(finding).toMatchObject(isForeign);
    expect(finding).toMatchObject({ failure: { cause: new Error("no such shape") } });
  });

  test("that is an error of the modern era is a modern server's", () => {
    const error = { code: -32_022, message: "no", data: { supported: ["2026-07-28"] } };
    const refused = { code: -32_021, message: "no", data: { requiredCapabilities: {} } };

    expect(findingOf(answer({ error }), accept)).toEqual({ kind: "versions", supported: ["2026-07-28"] });
    expect(findingOf(answer({ error: refused }), accept)).toEqual({
      kind: "refused",
      failure: { code: "PROTOCOL", error: refused },
    });
  });

  test("that is another error is foreign, and the error the cause", () => {
    const finding = findingOf(answer({ error: { code: -32_601, message: "what?" } }), accept);

    expect(finding).toMatchObject(isForeign);
    expect(finding).toMatchObject({
      failure: { cause: { code: "PROTOCOL", rpcCode: -32_601, outcome: "completed", attempts: 1 } },
    });
    expect(String((finding as { failure: { cause?: unknown } }).failure.cause)).toContain("server/discover");
  });
});

describe("no answer to server/discover", () => {
  test.each([407, 408, 429, 502, 503, 504])("for a status of %i says nothing of eras", (status) => {
    expect(findingOfFailure(http(status))).toEqual({ kind: "refused", failure: http(status) });
  });

  test.each([400, 404, 405, 500, 501])("for a status of %i is foreign", (status) => {
    expect(findingOfFailure(http(status))).toMatchObject(isForeign);
    expect(findingOfFailure(http(status))).toMatchObject({ failure: { cause: { code: "HTTP", status } } });
  });

  test("for an answer past all bounds is foreign", () => {
    const finding = findingOfFailure({ code: "MESSAGE_TOO_LARGE", limit: 5 });

    expect(finding).toMatchObject({ ...isForeign, failure: { cause: { code: "MESSAGE_TOO_LARGE" } } });
  });

  test("for an error in place of an answer is what that error says", () => {
    const error = { code: -32_022, message: "no", data: { supported: ["2026-07-28"] } };

    expect(findingOfFailure({ code: "PROTOCOL", error })).toEqual({ kind: "versions", supported: ["2026-07-28"] });
  });

  test("for a refused login, or a lost connection, is a refusal", () => {
    const unauthorized: Failure = { code: "UNAUTHORIZED", status: 401 };
    const lost: Failure = { code: "CONNECTION_LOST", message: "lost", loss: { incarnation: 1 } };

    expect(findingOfFailure(unauthorized)).toEqual({ kind: "refused", failure: unauthorized });
    expect(findingOfFailure(lost)).toEqual({ kind: "refused", failure: lost });
  });
});

describe("the answer to initialize", () => {
  test("of the right shape is a server's", () => {
    expect(replyOf(answer({ result: {} }), () => legacy)).toEqual({ kind: "server", result: legacy });
  });

  test("that is an error is a refusal", () => {
    const error = { code: -32_602, message: "no" };

    expect(replyOf(answer({ error }), () => legacy)).toEqual({ kind: "refused", failure: { code: "PROTOCOL", error } });
  });

  test("of another shape is a refusal, and why is the cause", () => {
    expect(replyOf(answer({ result: {} }), refuse)).toEqual({
      kind: "refused",
      failure: {
        code: "CONNECTION_LOST",
        message: "Expected the server's answer to initialize to have the shape it is specified to have: see `cause`",
        loss: { incarnation: 0 },
        cause: new Error("no such shape"),
      },
    });
  });
});
