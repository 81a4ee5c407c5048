import { describe, expect, test } from "vitest";
import { Script, say, stall } from "../../../src/testing/index.js";
import { connectOverHttp } from "../../support/http.js";
import { errorOf, textOf } from "../../support/memory.js";

const script = new Script().tool("hello", say("hello")).tool("work", stall());
const MAX_DELAY = 2 ** 31 - 1;

describe("limits that are odd", () => {
  test.each([
    ["timeout: Infinity", { timeout: Number.POSITIVE_INFINITY, maxTimeout: Number.POSITIVE_INFINITY }],
    ["timeout: 2**31", { timeout: 2 ** 31, maxTimeout: 2 ** 40 }],
  ])(
    "FAULTS `timeout: Infinity` · `timeout: 2**31`: %s does not fire at once, and Node does not warn",
    async (_, limits) => {
      const warnings: Error[] = [];
      const warned = (warning: Error) => warnings.push(warning);
      process.on("warning", warned);
      const { client, server } = await connectOverHttp(script);
      const work = client.callTool("work", {}, limits);
      let isOver = false;
      void work.catch(() => undefined).finally(() => (isOver = true));

      await server.until(() => server.messages("tools/call").length === 1);
      // Node runs a timer it cannot take after 1 ms: by the time these are answered it would have.
      for (let call = 0; call < 10; call++) expect(textOf(await client.callTool("hello", {}, limits))).toBe("hello");

      expect(isOver).toBe(false);
      expect(warnings).toEqual([]);
      process.off("warning", warned);
      work.cancel();
    },
  );

  test.each([0, -1, -MAX_DELAY, Number.NaN, Number.NEGATIVE_INFINITY])(
    "FAULTS `timeout: 0` · negative `timeout` · `timeout: NaN`: %d is a ConfigError, and nothing is sent",
    async (timeout) => {
      const { client, server } = await connectOverHttp(script);

      const error = await errorOf(client.callTool("hello", {}, { timeout }));

      expect(error).toMatchObject({
        code: "CONFIG",
        outcome: "not_sent",
        message: expect.stringContaining("`timeout`"),
      });
      expect(textOf(await client.callTool("hello"))).toBe("hello");
      expect(server.messages("tools/call")).toHaveLength(1);
    },
  );
});

describe("arguments that cannot be serialised", () => {
  const circle: Record<string, unknown> = {};
  circle.itself = circle;

  test.each([
    ["a BigInt", { n: 1n }],
    ["a cycle", circle],
  ])(
    "FAULTS arguments with a BigInt · arguments with a cycle: %s rejects that call, and no slot or id leaks",
    async (_, args) => {
      const { client, server } = await connectOverHttp(script, { maxInFlight: 1, maxPending: 1 });

      for (let call = 0; call < 5; call++) {
        const error = await errorOf(client.callTool("hello", args));
        expect(error).toMatchObject({ code: "INVALID_REQUEST", outcome: "not_sent", attempts: 0 });
      }

      expect(textOf(await client.callTool("hello"))).toBe("hello");
      expect(server.messages("tools/call")).toHaveLength(1);
      expect(client.stats.operations.started).toBe(client.stats.operations.settled);
    },
  );
});
