import { expect, test } from "vitest";
import { encode } from "../../../src/connection/encode.js";
import { Pending, type Ticket } from "../../../src/connection/pending.js";
import { InvalidRequestError } from "../../../src/index.js";
import type { Ask, Codec } from "../../../src/protocol/codec.js";

const ask: Ask = { method: "x/asked", params: { a: 1 }, meta: undefined };
const codec = {
  request: (id: number, { method, params }: Ask, token: unknown, leg: unknown) => ({ id, method, params, token, leg }),
  headers: (method: string, params: unknown) => ({ "mcp-method": method, "x-params": JSON.stringify(params) }),
} as unknown as Codec;
const of = (headers?: Record<string, string>): Pending =>
  new Pending({ method: "x/called", headers, token: "t" } as unknown as Ticket, { reply: () => undefined });

test("a request is what its era makes of it, under its id, with its token and leg", () => {
  const pending = of();
  pending.leg = { inputResponses: { a: 1 }, requestState: "s" };
  const encoded = encode(pending, ask, codec, 7, "token");

  expect(encoded).toEqual({
    ok: true,
    text: JSON.stringify({ id: 7, method: "x/asked", params: { a: 1 }, token: "token", leg: pending.leg }),
    head: { kind: "request", id: 7, method: "x/asked", headers: { "mcp-method": "x/asked", "x-params": '{"a":1}' } },
  });
});

test("the caller's headers go along, and never in place of the protocol's", () => {
  const encoded = encode(of({ "x-own": "1", "mcp-method": "canary" }), ask, codec, 7, undefined);

  expect(encoded).toMatchObject({
    head: { headers: { "x-own": "1", "mcp-method": "x/asked", "x-params": '{"a":1}' } },
  });
});

test("parameters that are no JSON are refused in the name of what was called, with the reason", () => {
  const broken = { ...codec, request: () => ({ params: 1n }) } as unknown as Codec;

  expect(encode(of(), ask, broken, 7, undefined)).toEqual({
    ok: false,
    failure: {
      code: "INVALID_REQUEST",
      message: "Expected the parameters of x/called to be JSON: see `cause`",
      cause: expect.any(TypeError),
    },
  });
});

test("what the era itself refuses is refused in its words", () => {
  const strict = {
    ...codec,
    headers: () => {
      throw new InvalidRequestError("Expected `a` to fit a header");
    },
  } as unknown as Codec;

  expect(encode(of(), ask, strict, 7, undefined)).toEqual({
    ok: false,
    failure: { code: "INVALID_REQUEST", message: "Expected `a` to fit a header", cause: undefined },
  });
});
