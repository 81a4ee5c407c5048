import { describe, expect, test } from "vitest";
import { type Answered, Answers } from "../../../src/connection/answers.js";
import type { RpcRequest } from "../../../src/protocol/message.js";

/** Answers whose handler is the test's; what is written, and which handlers failed. */
function begin(answer: (request: RpcRequest, signal: AbortSignal) => unknown) {
  const written: { readonly id: number; readonly result?: unknown; readonly error?: { readonly code: number } }[] = [];
  const failed: unknown[] = [];
  const answers: Answers = new Answers({
    answer: answer as never,
    pipe: (promise, toMail) => {
      const post = (mail: Answered) => answers.answered(mail);
      promise.then(
        (value) => post(toMail({ ok: true, value })),
        (error: unknown) => post(toMail({ ok: false, error })),
      );
    },
    write: (text) => written.push(JSON.parse(text)),
    hold: () => () => undefined,
    failed: (method, error) => failed.push([method, error]),
  });
  const ask = (id: number) => answers.requested({ jsonrpc: "2.0", id, method: "elicitation/create" }, undefined);
  return { answers, ask, written, failed };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("server requests in a flood", () => {
  test("at most 16 are handled at once, the others get -32000, and later ones are handled again", async () => {
    const waiting: ((answer: unknown) => void)[] = [];
    const { ask, written } = begin(() => new Promise((resolve) => waiting.push(resolve)));

    for (let id = 1; id <= 100; id++) ask(id);
    await turn();

    expect(waiting).toHaveLength(16);
    expect(written).toHaveLength(84);
    expect(written.every(({ error }) => error?.code === -32_000)).toBe(true);
    for (const resolve of waiting) resolve({ result: {} });
    await turn();
    expect(written.slice(84).map(({ id }) => id)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    ask(101);
    await turn();
    expect(waiting).toHaveLength(17);
  });

  test("a ping among them is answered all the same", () => {
    const { answers, ask, written } = begin(() => new Promise(() => undefined));
    for (let id = 1; id <= 16; id++) ask(id);

    answers.requested({ jsonrpc: "2.0", id: 17, method: "ping" }, undefined);

    expect(written).toEqual([{ jsonrpc: "2.0", id: 17, result: {} }]);
  });
});

describe("a handler hangs or throws", () => {
  test.each([
    [
      "throws",
      () => {
        throw new Error("secret");
      },
    ],
    ["rejects", () => Promise.reject(new Error("secret"))],
    ["gives what is no JSON", () => ({ result: 1n })],
  ])("one that %s: that request alone fails, the server is told, and not why", async (_, handle) => {
    const { ask, written, failed } = begin(({ id }) => (id === 1 ? handle() : { result: {} }));

    ask(1);
    ask(2);
    await turn();

    expect(written.toSorted((a, b) => a.id - b.id)).toMatchObject([
      { id: 1, error: { code: -32_603 } },
      { id: 2, result: {} },
    ]);
    expect(failed).toHaveLength(1);
    expect(JSON.stringify(written)).not.toContain("secret");
  });

  test("one that hangs holds up nobody; given up by the server it is aborted, and its place is free", async () => {
    const signals: AbortSignal[] = [];
    const { answers, ask, written } = begin(({ id }, signal) => {
      signals.push(signal);
      return id === 1 ? new Promise(() => undefined) : { result: {} };
    });
    ask(1);
    ask(2);
    await turn();

    expect(written).toMatchObject([{ id: 2 }]);
    expect(answers.cancelledByServer({ requestId: 1, reason: "too slow" })).toBe(true);
    expect(signals[0]?.aborted).toBe(true);
    expect(answers.cancelledByServer({ requestId: 1 })).toBe(false);
    expect(written).toHaveLength(1);
  });
});
