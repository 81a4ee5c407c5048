import { describe, expect, test } from "vitest";
import { connect } from "../../../../src/index.js";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp, httpServer } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const script = new Script().tool("hello", say("hello"));

test("FAULTS ten calls meet a 401: M24 one token refresh per client, and each is repeated once with the new token", async () => {
  let token = "first";
  let renewals = 0;
  const challenges: unknown[] = [];
  const auth = {
    token: () => token,
    onUnauthorized: async (challenge: string | undefined) => {
      renewals++;
      challenges.push(challenge);
      await server.until(() => server.messages("tools/call").length === 10);
      token = "second";
    },
  };
  const { client, server } = await connectOverHttp(script, { auth, stream: false });
  server.refuse("tools/call", { status: 401, headers: { "www-authenticate": "Bearer" } }, 10);

  const results = await Promise.all(Array.from({ length: 10 }, () => client.callTool("hello")));

  expect(results.map(textOf)).toEqual(Array.from({ length: 10 }, () => "hello"));
  expect({ renewals, challenges }).toEqual({ renewals: 1, challenges: ["Bearer"] });
  const tokens = server.messages("tools/call").map(({ headers }) => headers.authorization);
  expect(tokens.filter((each) => each === "Bearer first")).toHaveLength(10);
  expect(tokens.filter((each) => each === "Bearer second")).toHaveLength(10);
});

test("FAULTS ten calls meet a 401: a second 401 is an UnauthorizedError, and the call is not repeated again", async () => {
  let renewals = 0;
  const auth = { token: () => Promise.resolve("token"), onUnauthorized: () => void renewals++ };
  const { client, server } = await connectOverHttp(script, { auth });
  server.refuse("tools/call", { status: 401 }, 5);

  await expect(client.callTool("hello")).rejects.toMatchObject({
    code: "UNAUTHORIZED",
    status: 401,
    outcome: "rejected",
    attempts: 1,
  });
  expect(renewals).toBe(1);
  expect(server.messages("tools/call")).toHaveLength(2);
});

describe("without auth", () => {
  test.each([401, 403])("M24 %i is typed, at once", async (status) => {
    const { client, server } = await connectOverHttp(script);
    server.refuse("tools/call", { status });

    await expect(client.callTool("hello")).rejects.toMatchObject({ code: "UNAUTHORIZED", status, attempts: 1 });
  });

  test("401 to initialize rejects connect", async () => {
    const server = await httpServer(script);
    server.refuse("initialize", { status: 401 }, 10);

    await expect(connect(server.entry)).rejects.toMatchObject({ code: "UNAUTHORIZED", status: 401 });
  });
});

test("a renewal that fails rejects the calls that met the 401, with its error as the cause", async () => {
  const cause = new Error("signed out");
  const auth = { token: () => "token", onUnauthorized: () => Promise.reject(cause) };
  const { client, server } = await connectOverHttp(script, { auth });
  server.refuse("tools/call", { status: 401 });

  await expect(client.callTool("hello")).rejects.toMatchObject({ code: "UNAUTHORIZED", cause });
});
