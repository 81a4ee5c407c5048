import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Payloads } from "../../../src/telemetry/payload.js";

const show = (value: unknown, max = 1_024, secrets: readonly string[] = []) => new Payloads(max, secrets).show(value);

describe("what a payload shows", () => {
  test("M28 is JSON, as it goes on the wire, where nothing is secret", () => {
    const value = { a: [1, "two", null, true, { b: "x\n" }], when: new Date(0), gone: undefined, list: [undefined] };

    expect(show(value)).toBe(JSON.stringify(value));
    expect(show("text")).toBe('"text"');
  });

  test.each([
    ["authorization", "Bearer canary"],
    ["Proxy-Authorization", "canary"],
    ["token", "canary"],
    ["access_token", "canary"],
    ["refreshToken", 1234567],
    ["tokens", ["canary"]],
    ["password", "canary"],
    ["db-passwd", "canary"],
    ["client_secret", { nested: "canary" }],
    ["apiKey", "canary"],
    ["X-API-Key", "canary"],
    ["aws_access_key_id", "canary"],
    ["privateKey", "canary"],
    ["credentials", ["canary"]],
    ["Set-Cookie", "canary"],
    ["Mcp-Session-Id", "canary"],
    ["sessionId", "canary"],
    ["requestState", "canary"],
  ])("M28 has nothing of what stands under `%s`", (key, value) => {
    expect(show({ [key]: value })).toBe(`{"${key}":"[redacted]"}`);
  });

  test.each([
    ["progressToken", "abc"],
    ["maxTokens", 5],
    ["uri", "file:///a"],
    ["key", "b"],
    ["author", "Ada"],
    ["password", null],
    ["hasToken", true],
  ])("has what stands under `%s` where it is no secret", (key, value) => {
    expect(show({ [key]: value })).toBe(JSON.stringify({ [key]: value }));
  });

  test("M28 has the names, and no value, of environments and headers, however they are written", () => {
    expect(show({ env: { A: "canary", B: ["canary", { c: 5 }] } })).toBe(
      '{"env":{"A":"[redacted]","B":["[redacted]",{"c":"[redacted]"}]}}',
    );
    expect(show({ requestHeaders: { accept: "canary" } })).toBe('{"requestHeaders":{"accept":"[redacted]"}}');
    expect(show([{ name: "Cookie", value: "canary" }])).toBe('[{"name":"Cookie","value":"[redacted]"}]');
  });

  test.each([
    [
      "see https://user:canary@host.example/path?q=canary#canary.",
      "see https://[redacted]@host.example/path?[redacted]",
    ],
    ["postgres://canary@db/x and wss://h/p#canary", "postgres://[redacted]@db/x and wss://h/p#[redacted]"],
    ["curl -H 'Authorization: Bearer canary'", "curl -H 'Authorization: [redacted]'"],
    ["Bearer canary-0123456789", "Bearer [redacted]"],
    ["run --api-key=canary --verbose", "run --api-key=[redacted] --verbose"],
    ['{"access_token":"canary","user":"ada"}', '{"access_token":"[redacted]","user":"ada"}'],
    ["password: canary", "password: [redacted]"],
    ["file:///home/ada/notes.txt", "file:///home/ada/notes.txt"],
  ])("M28 has no secrets of a text: %s", (text, shown) => {
    expect(show({ text })).toBe(JSON.stringify({ text: shown }));
  });

  test("M28 has none of the values it is told, in texts and in keys", () => {
    const secrets = ["canary.one", "can"];

    expect(show({ text: "a canary.one b", "canary.one": 1, can: "can" }, 1_024, secrets)).toBe(
      '{"text":"a [redacted] b","[redacted]":1,"can":"can"}',
    );
  });
});

describe("a payload that is too long", () => {
  test("M28 is cut, and says how much is missing", () => {
    expect(show("x".repeat(5_000), 100)).toBe(`"${"x".repeat(99)}… [4902 more]`);
    expect(show({ a: "x".repeat(50), b: [1, 2] }, 20)).toMatch(/^\{"a":"x{14}… \[\d+ more\]$/);
    expect(show("x".repeat(98), 100)).toBe(`"${"x".repeat(98)}"`);
  });

  test.each([99, 9_999])(
    "M28 has no half of a secret, nor of a URL's credentials, where it is cut, %i more",
    (more) => {
      const secret = "canary-0123456789";
      const rest = "y".repeat(more);
      for (let at = 0; at < 60; at++) {
        const padding = "-".repeat(at);
        expect(show(`${padding}${secret}${rest}`, 40, [secret])).not.toContain("cana");
        expect(show(`${padding} https://user:canary@host/${rest}`, 40)).not.toContain("cana");
      }
    },
  );

  test("M28 has no half of one where nobody has looked further, either", () => {
    const secret = "canary-0123456789";
    const url = "a://canary-canary-canary@h ";
    for (let at = 0; at < secret.length + url.length; at++) {
      const padding = "-".repeat(at);
      // What is taken out makes room for what comes later, up to where the looking ends.
      expect(show(`${padding}${secret.repeat(1_000)}`, 4_000, [secret])).not.toContain("can");
      expect(show(`${padding}${url.repeat(1_000)}`, 4_000)).not.toContain("can");
    }
  });

  test("M28 has no half of a character at its cut", () => {
    expect(show("🙂".repeat(50), 10)).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  test("M28 takes no longer the more is left out", () => {
    let looks = 0;
    const wide = Array.from({ length: 100_000 }, () => ({
      get it() {
        looks++;
        return "x";
      },
    }));

    expect(show(wide, 100)).toMatch(/more\]$/);
    expect(looks).toBeLessThan(11_000);
  });
});

test("M28 what cannot be shown is not thrown: cycles, depth, getters, odd values", () => {
  const cycle: Record<string, unknown> = {};
  cycle.again = cycle;
  let deep: unknown = [];
  for (let level = 0; level < 50_000; level++) deep = [deep];

  expect(show(cycle, 100)).toContain("more]");
  expect(show(deep, 1_000_000)).toContain("[…]");
  expect(show({ odd: 5n, call: () => 1, nan: Number.NaN })).toBe('{"odd":null,"call":null,"nan":null}');
  const angry = {
    get it() {
      throw new Error("canary");
    },
  };
  expect(show(angry)).toBe("[unreadable]");
});

test("M28 whatever is said, a payload is no longer than wanted and has none of the secrets", () => {
  const secret = "s3cr3t+value";
  const text = fc.array(fc.oneof(fc.constant(secret), fc.string({ maxLength: 8 })), { maxLength: 8 });
  const joined = text.map((parts) => parts.join(""));
  const json = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      joined,
      fc.integer(),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(joined, tie("any"), { maxKeys: 4 }),
    ),
  })).any;

  fc.assert(
    fc.property(json, fc.integer({ min: 1, max: 200 }), (value, max) => {
      const shown = show(value, max, [secret]);
      const [kept = ""] = shown.split("… [");
      expect(shown).not.toContain(secret);
      expect(kept.length).toBeLessThanOrEqual(Math.max(max, "[unreadable]".length));
    }),
  );
});
