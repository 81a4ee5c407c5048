import { describe, expect, test } from "vitest";
import { SchemaValidators } from "../../../src/client/schema-validators.js";
import { type Client, InvalidResultError } from "../../../src/index.js";
import * as schemas from "../../../src/schema/index.js";
import { answer, Script } from "../../../src/testing/index.js";
import { connectInMemory, errorOf } from "../../support/memory.js";

const weather = { type: "object", properties: { degrees: { type: "number" } }, required: ["degrees"] };

/** A server with one tool for each output schema, all of which answer with the same content. */
async function listed(outputSchemas: Readonly<Record<string, object>>, structuredContent: unknown) {
  const tools = Object.entries(outputSchemas).map(([name, outputSchema]) => ({
    name,
    inputSchema: { type: "object" },
    outputSchema,
  }));
  const result = { content: [], structuredContent };
  const script = new Script().on("tools/list", answer({ tools })).on("tools/call", answer(result));
  const warnings: string[] = [];
  const validators = new SchemaValidators(
    (message) => warnings.push(message),
    async () => schemas,
  );
  const { client, drive } = await connectInMemory(script, { validators });
  await drive(client.listTools());
  const call = (name: string): ReturnType<Client["callTool"]> => client.callTool(name);
  return { drive, call, result, warnings };
}

describe("M18 structured content is checked by the schemas themselves", () => {
  test("content that fits is the result", async () => {
    const { drive, call, result } = await listed({ weather }, { degrees: 21 });

    expect(await drive(call("weather"))).toMatchObject(result);
  });

  test("content that does not fit is rejected with the original, and with where it is wrong", async () => {
    const { drive, call, result } = await listed({ weather }, { degrees: "warm" });

    const error = await drive(errorOf(call("weather")));

    expect(error).toBeInstanceOf(InvalidResultError);
    expect(error).toMatchObject({ result, cause: [{ path: "/degrees", keyword: "type" }] });
  });

  test("a schema that cannot be used fails only its own tool", async () => {
    const remote = { $ref: "https://example.com/schema.json" };
    const { drive, call } = await listed({ remote, weather }, { degrees: 21 });

    expect(await drive(errorOf(call("remote")))).toBeInstanceOf(InvalidResultError);
    expect(await drive(call("weather"))).toMatchObject({ structuredContent: { degrees: 21 } });
  });

  test("a pattern that cannot be matched in linear time is not checked: one warning, however often it is called", async () => {
    const named = { type: "object", properties: { name: { type: "string", pattern: "^(?=a)(a+)+$" } } };
    const { drive, call, warnings } = await listed({ named }, { name: `${"a".repeat(40)}!` });

    await drive(call("named"));
    await drive(call("named"));

    expect(warnings).toEqual([expect.stringContaining("output schema of a tool is not checked")]);
  });
});
