import { expect, test } from "vitest";
import { type CallError, callFor, noreply, Runtime, reply, server, stop } from "../../actors/index.js";

interface Echo {
  calls: { say(what: string): string; leave(): string; self(): Promise<string> };
  casts: Record<string, never>;
}

const taker = {
  answered: (value: unknown) => `answered ${value}`,
  failed: ({ failure, message }: CallError) => `${failure}: ${message}`,
};

const echo = server<Echo>("echo")({
  init: () => undefined,
  calls: {
    say: (what) => reply(what, undefined),
    leave: () => stop("normal", undefined),
    self: (_nothing, _state, self, from) => {
      void callFor(self.process, "say", "to myself", taker).then((end) => from.reply(end));
      return noreply(undefined);
    },
  },
  casts: {},
});

test("a call that an object takes ends with what that makes of the answer, or of there being none", async () => {
  await using runtime = new Runtime();
  const process = await runtime.start(echo);
  const untouched = await runtime.start(echo);

  expect(await callFor(process, "say", "this", taker)).toBe("answered this");
  expect(await process.call("self")).toMatch(/^calling_self: .* say /);
  expect(await callFor(process, "leave", undefined, taker)).toMatch(/^exit: .* leave: /);
  expect(await callFor(process, "say", "too late", taker)).toMatch(/^noproc: .* say /);
  await expect(callFor(untouched, "say", "x", { ...taker, answered: () => Promise.reject("no") })).rejects.toBe("no");
});
