import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  CaduceusError,
  type CallToolResult,
  type Client,
  type ConnectionLostError,
  createOperation,
  type EmptyResult,
  type OperationPromise,
  type ProgressUpdate,
  type ReadResourceResult,
} from "../../../src/index.js";

declare const client: Client;

/** Only looked at by the compiler. */
async function uses(): Promise<void> {
  expectTypeOf(client.callTool("t")).toEqualTypeOf<OperationPromise<CallToolResult>>();
  expectTypeOf(client.ping()).toEqualTypeOf<OperationPromise<EmptyResult>>();
  expectTypeOf(client.request(createOperation({ method: "resources/read" }))).toEqualTypeOf<
    OperationPromise<ReadResourceResult>
  >();
  const custom = createOperation({ method: "custom/thing", result: z.object({ count: z.number() }) });
  expectTypeOf(await client.request(custom)).toEqualTypeOf<{ count: number }>();
  expectTypeOf(await client.request(createOperation({ method: "custom/thing" }))).toEqualTypeOf<unknown>();
  for await (const update of client.ping().progress) expectTypeOf(update).toEqualTypeOf<ProgressUpdate>();
  client.on("lost", ({ error }) => expectTypeOf(error).toEqualTypeOf<CaduceusError>());

  // @ts-expect-error: a tool's name is a string
  void client.callTool(5);
  // @ts-expect-error: arguments are an object
  void client.callTool("t", "arguments");
  // @ts-expect-error: no such option
  void client.callTool("t", {}, { timeOut: 5 });
  // @ts-expect-error: a limit is a number
  void client.ping({ timeout: "5 s" });
  // @ts-expect-error: no such event
  client.on("progres", () => undefined);
  // @ts-expect-error: an operation is made with createOperation
  void client.request("ping");
  // @ts-expect-error: a method is needed
  createOperation({ params: {} });
  // @ts-expect-error: a token is a string or a number
  createOperation({ method: "ping", progress: { token: true } });
  // @ts-expect-error: a token cannot be given to another operation afterwards
  custom.token = "other";
}

describe("the types of the client", () => {
  test("wrong use does not compile, right use infers", () => {
    expectTypeOf(uses).toBeFunction();
  });

  test("a code narrows an error", () => {
    const narrow = (error: unknown): void => {
      if (!(error instanceof CaduceusError)) return;
      expectTypeOf(error).toEqualTypeOf<CaduceusError>();
      if (error.code === "CONNECTION_LOST") expectTypeOf(error).toEqualTypeOf<ConnectionLostError>();
    };
    expectTypeOf(narrow).toBeFunction();
  });
});
