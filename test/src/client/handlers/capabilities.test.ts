import { describe, expect, test } from "vitest";
import { clientCapabilities } from "../../../../src/client/handlers/capabilities.js";
import { ConfigError, connect } from "../../../../src/index.js";
import { Script, scriptedMemory } from "../../../../src/testing/index.js";

const handler = () => undefined;

describe("clientCapabilities", () => {
  test.each([
    ["nothing is given", {}, {}],
    ["roots", { roots: [] }, { roots: { listChanged: true } }],
    ["a sampling handler", { onSampling: handler }, { sampling: {} }],
    ["an elicitation handler", { onElicitation: handler }, { elicitation: { form: {}, url: {} } }],
    [
      "capabilities say it more exactly",
      { onElicitation: handler, capabilities: { elicitation: { form: {} }, experimental: { x: {} } } },
      { elicitation: { form: {} }, experimental: { x: {} } },
    ],
    ["extensions", { extensions: { "org.example/x": { v: 1 } } }, { extensions: { "org.example/x": { v: 1 } } }],
    [
      "extensions in both places",
      { capabilities: { extensions: { a: {} } }, extensions: { b: {} } },
      { extensions: { a: {}, b: {} } },
    ],
    ["undefined values", { onSampling: handler, capabilities: { sampling: undefined } }, { sampling: {} }],
  ])("when %s", (_, abilities, expected) => {
    expect(clientCapabilities(abilities)).toEqual(expected);
  });

  test.each(["roots", "sampling", "elicitation"])(
    "%s declared without what answers it is a ConfigError",
    async (name) => {
      expect(() => clientCapabilities({ capabilities: { [name]: {} } })).toThrow(ConfigError);
      const { transport } = scriptedMemory(new Script());
      await expect(connect(transport, { capabilities: { [name]: {} } })).rejects.toThrow(ConfigError);
    },
  );
});
