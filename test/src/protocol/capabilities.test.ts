import { describe, expect, test } from "vitest";
import { missingCapability } from "../../../src/protocol/capabilities.js";
import type { ServerInfo } from "../../../src/protocol/legacy.js";

const offering = (capabilities: Record<string, unknown>) => ({ capabilities, era: "legacy" }) as unknown as ServerInfo;

describe("missingCapability", () => {
  test.each([
    ["tools/list", "tools"],
    ["tools/call", "tools"],
    ["resources/list", "resources"],
    ["resources/templates/list", "resources"],
    ["resources/read", "resources"],
    ["resources/subscribe", "resources.subscribe"],
    ["resources/unsubscribe", "resources.subscribe"],
    ["prompts/list", "prompts"],
    ["prompts/get", "prompts"],
    ["completion/complete", "completions"],
    ["logging/setLevel", "logging"],
  ])("M19 %s needs %s", (method, capability) => {
    expect(missingCapability(method, offering({}))).toBe(capability);
    const [group = "", part] = capability.split(".");
    expect(
      missingCapability(method, offering({ [group]: part === undefined ? {} : { [part]: true } })),
    ).toBeUndefined();
  });

  test("M19 a capability of false is none", () => {
    expect(missingCapability("resources/subscribe", offering({ resources: { subscribe: false } }))).toBe(
      "resources.subscribe",
    );
  });

  test.each(["ping", "experimental/thing", "__proto__", "constructor", "toString"])(
    "M19 %s needs nothing",
    (method) => {
      expect(missingCapability(method, offering({}))).toBeUndefined();
    },
  );
});
