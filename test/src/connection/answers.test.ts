import { expect, test } from "vitest";
import type { Outcome } from "../../../actors/index.js";
import { type Answer, type Answered, type Answerer, Answers } from "../../../src/connection/answers.js";
import type { RpcRequest } from "../../../src/protocol/message.js";

const request = (id: number | string, method = "roots/list"): RpcRequest =>
  ({ jsonrpc: "2.0", id, method }) as RpcRequest;

/** The server's requests, answered by `answer`, and all that becomes of them. */
function setUp(answer: Answerer = () => ({ result: {} })) {
  const written: unknown[] = [];
  const mail: Promise<Answered>[] = [];
  const held: unknown[] = [];
  const letGo: unknown[] = [];
  const failed: unknown[][] = [];
  const answers = new Answers({
    answer,
    pipe: (promise, toMail) => {
      const settled = promise.then(
        (value): Outcome<Answer> => ({ ok: true, value }),
        (error: unknown): Outcome<Answer> => ({ ok: false, error }),
      );
      mail.push(settled.then(toMail));
    },
    write: (json) => void written.push(JSON.parse(json)),
    hold: (via) => {
      held.push(via);
      return () => void letGo.push(via);
    },
    failed: (...what) => void failed.push(what),
  });
  const deliver = async () => {
    for (const each of await Promise.all(mail.splice(0))) answers.answered(each);
  };
  return { answers, written, held, letGo, failed, deliver };
}

test("an answer goes back under its request's id, and the silence counts again", async () => {
  const { answers, written, held, letGo, deliver } = setUp(async ({ method }) => ({ result: { method } }));
  answers.requested(request(1), "via 1");
  answers.requested(request("2", "elicitation/create"), undefined);
  expect([written, held, letGo]).toEqual([[], ["via 1", undefined], []]);

  await deliver();

  expect(written).toEqual([
    { jsonrpc: "2.0", id: 1, result: { method: "roots/list" } },
    { jsonrpc: "2.0", id: "2", result: { method: "elicitation/create" } },
  ]);
  expect(letGo).toEqual(["via 1", undefined]);
});

test("a ping is answered at once, and asks nobody", () => {
  const { answers, written, held } = setUp(() => {
    throw new Error("not to be asked");
  });
  answers.requested(request(7, "ping"), undefined);

  expect(written).toEqual([{ jsonrpc: "2.0", id: 7, result: {} }]);
  expect(held).toEqual([]);
});

test("16 at once are answered, one more is refused, and a free place is used again", async () => {
  const { answers, written, held, deliver } = setUp();
  for (let id = 1; id <= 17; id++) answers.requested(request(id), undefined);
  const message = "Expected at most 16 requests of the server at once: try again later";
  expect(written).toEqual([{ jsonrpc: "2.0", id: 17, error: { code: -32_000, message } }]);
  expect(held).toHaveLength(16);
  answers.requested(request(18, "ping"), undefined);
  expect(written.at(-1)).toEqual({ jsonrpc: "2.0", id: 18, result: {} });

  await deliver();
  answers.requested(request(19), undefined);
  await deliver();

  expect(written).toHaveLength(2 + 16 + 1);
  expect(written.at(-1)).toEqual({ jsonrpc: "2.0", id: 19, result: {} });
});

test("a handler that throws is an internal error to the server, and told with its method", async () => {
  const oops = new Error("canary");
  const { answers, written, letGo, failed, deliver } = setUp(() => {
    throw oops;
  });
  answers.requested(request(1), "via");
  await deliver();

  const error = { code: -32_603, message: "The client could not answer" };
  expect(written).toEqual([{ jsonrpc: "2.0", id: 1, error }]);
  expect(failed).toEqual([["roots/list", oops]]);
  expect(letGo).toEqual(["via"]);
});

test("an answer that is no JSON is an internal error to the server, and told with its method", async () => {
  const { answers, written, failed, deliver } = setUp(() => ({ result: 1n }));
  answers.requested(request(1), undefined);
  await deliver();

  const error = { code: -32_603, message: "The client's answer is no JSON" };
  expect(written).toEqual([{ jsonrpc: "2.0", id: 1, error }]);
  expect(failed).toEqual([["roots/list", expect.any(TypeError)]]);
});

test("what could not be taken in is refused with the transport's error", () => {
  const { answers, written } = setUp();
  answers.refuse(4, { code: -32_000, message: "too large" });

  expect(written).toEqual([{ jsonrpc: "2.0", id: 4, error: { code: -32_000, message: "too large" } }]);
});

test("what the server gives up is aborted with its reason, and not answered", async () => {
  const signals: AbortSignal[] = [];
  const { answers, written, letGo, failed, deliver } = setUp((_, signal) => {
    signals.push(signal);
    return { result: {} };
  });
  answers.requested(request(1), "one");
  answers.requested(request(2), "two");
  await Promise.resolve();

  expect(answers.cancelledByServer({ requestId: 2, reason: "enough" })).toBe(true);
  expect(answers.cancelledByServer({ requestId: 2 })).toBe(false);
  expect(answers.cancelledByServer({ requestId: 9 })).toBe(false);
  expect(answers.cancelledByServer(undefined)).toBe(false);
  expect(letGo).toEqual(["two"]);
  expect(signals.map(({ aborted, reason }) => [aborted, reason])).toEqual([
    [false, undefined],
    [true, "enough"],
  ]);
  await deliver();

  expect(written).toEqual([{ jsonrpc: "2.0", id: 1, result: {} }]);
  expect(failed).toEqual([]);
});

test("with the connection gone all are aborted with the reason, each let go once, and none is answered", async () => {
  const signals: AbortSignal[] = [];
  const { answers, written, letGo, deliver } = setUp((_, signal) => {
    signals.push(signal);
    return { result: {} };
  });
  answers.requested(request(1), "one");
  answers.requested(request(2), "two");

  answers.abandon("gone");
  await deliver();
  answers.abandon("again");

  expect(signals.map(({ reason }) => reason)).toEqual(["gone", "gone"]);
  expect(letGo).toEqual(["one", "two"]);
  expect(written).toEqual([]);
});
