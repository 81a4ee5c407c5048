import { expect, test } from "vitest";
import type { Outcome } from "../../../actors/index.js";
import type { Answerer } from "../../../src/connection/answers.js";
import type { Pending } from "../../../src/connection/pending.js";
import { type Input, type InputMade, Rounds } from "../../../src/connection/rounds.js";
import type { Params } from "../../../src/protocol/message.js";

const pending = {} as Pending;
const ask = (key: string, method = "elicitation/create", params?: Params) => ({ key, method, params });

/** Rounds whose requests are answered by `answer`. */
function setUp(answer: Answerer) {
  const mail: Promise<InputMade>[] = [];
  const rounds = new Rounds({
    answer,
    pipe: (promise, toMail) => {
      const settled = promise.then(
        (value): Outcome<Params> => ({ ok: true, value }),
        (error: unknown): Outcome<Params> => ({ ok: false, error }),
      );
      mail.push(settled.then(toMail));
    },
  });
  /** What came of the rounds that were begun since the last time. */
  const ends = async (): Promise<(Input | undefined)[]> =>
    (await Promise.all(mail.splice(0))).map((each) => rounds.end(each));
  return { rounds, ends };
}

test("each request is answered under its key, with what was asked", async () => {
  const asked: unknown[] = [];
  const { rounds, ends } = setUp((request) => {
    asked.push(request);
    return { result: request.id };
  });
  rounds.begin(pending, [ask("a", "roots/list"), ask("b", "elicitation/create", { message: "?" })], {});

  expect(await ends()).toEqual([{ ok: true, responses: { a: "a", b: "b" } }]);
  expect(asked).toEqual([
    { jsonrpc: "2.0", id: "a", method: "roots/list" },
    { jsonrpc: "2.0", id: "b", method: "elicitation/create", params: { message: "?" } },
  ]);
  expect(Object.keys(asked[0] as object)).not.toContain("params");
});

test("eight are asked at once, the ninth when one of them is done", async () => {
  const answers: (() => void)[] = [];
  const { rounds, ends } = setUp(
    () => new Promise((resolve) => answers.push(() => resolve({ result: answers.length }))),
  );
  rounds.begin(
    pending,
    Array.from({ length: 9 }, (_, index) => ask(String(index))),
    {},
  );
  await new Promise(setImmediate);
  expect(answers).toHaveLength(8);
  answers[0]?.();
  await new Promise(setImmediate);
  expect(answers).toHaveLength(9);
  for (const each of answers) each();

  expect(await ends()).toMatchObject([{ ok: true }]);
});

test("a request that this client does not know makes the answer an invalid one", async () => {
  const { rounds, ends } = setUp(() => ({ error: { code: -32_601, message: "Method not found" } }));
  rounds.begin(pending, [ask("a", "x/un\u0007known")], { said: 1 });

  const cause = new Error("The server asked for x/un known, which this client does not offer");
  expect(await ends()).toEqual([{ ok: false, failure: { code: "INVALID_RESULT", result: { said: 1 }, cause } }]);
});

test("any other error of a handler cancels the operation, and is the reason", async () => {
  const error = { code: -1, message: "declined" };
  const { rounds, ends } = setUp(() => ({ error }));
  rounds.begin(pending, [ask("a")], {});

  expect(await ends()).toEqual([{ ok: false, failure: { code: "CANCELLED", reason: error, cause: error } }]);
});

test("what a handler throws cancels the operation and the handlers beside it", async () => {
  const signals: AbortSignal[] = [];
  const oops = new Error("oops");
  const { rounds, ends } = setUp((request, signal) => {
    signals.push(signal);
    if (request.id === "a") throw oops;
    return new Promise(() => undefined);
  });
  rounds.begin(pending, [ask("a"), ...Array.from({ length: 8 }, (_, index) => ask(`b${index}`))], {});

  expect(await ends()).toEqual([{ ok: false, failure: { code: "CANCELLED", reason: oops, cause: oops } }]);
  expect(signals.length).toBeGreaterThan(1);
  expect(signals.every(({ aborted, reason }) => aborted && reason === oops)).toBe(true);
});

test("of an operation that has ended nothing comes, and its handlers are told why", async () => {
  const signals: AbortSignal[] = [];
  const { rounds, ends } = setUp((_, signal) => {
    signals.push(signal);
    return { result: 1 };
  });
  rounds.begin(pending, [ask("a")], {});
  await new Promise(setImmediate);
  rounds.abandon(pending, "over");
  rounds.abandon(pending, "again");

  expect(await ends()).toEqual([undefined]);
  expect(signals.map(({ reason }) => reason)).toEqual(["over"]);
});

test("a round ends once, and only the latest of an operation counts", async () => {
  const { rounds, ends } = setUp(() => ({ result: 1 }));
  rounds.begin(pending, [ask("a")], {});
  rounds.begin(pending, [ask("b")], {});

  expect(await ends()).toEqual([undefined, { ok: true, responses: { b: 1 } }]);
});
