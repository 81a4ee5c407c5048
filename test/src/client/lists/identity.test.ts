import { expect, test } from "vitest";
import { answer, Script } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";

const listed = (cacheScope: string) =>
  new Script({ era: "modern" }).on("prompts/list", answer({ prompts: [{ name: "a" }], ttlMs: 60_000, cacheScope }));

/** A client whose token is what `token` says, at a server whose lists stay fresh. */
async function signedIn(cacheScope: string, token: () => string | undefined | Promise<string | undefined>) {
  const options = { protocol: "modern", sessions: false, stream: false, auth: { token } } as const;
  const { client, server } = await connectOverHttp(listed(cacheScope), options);
  const asked = () => server.messages("prompts/list").map(({ headers }) => headers.authorization);
  return { client, asked };
}

test("a private list is shown again for as long as the token stays, and forgotten when it is another one", async () => {
  let token = "ada";
  const { client, asked } = await signedIn("private", () => token);

  await client.listPrompts();
  await client.listPrompts();
  expect(asked()).toEqual(["Bearer ada"]);
  token = "bob";
  await client.listPrompts();
  await client.listPrompts();
  token = "ada";
  await client.listPrompts();

  expect(asked()).toEqual(["Bearer ada", "Bearer bob", "Bearer ada"]);
});

test("a public list is shown to every identity", async () => {
  let token = "ada";
  const { client, asked } = await signedIn("public", () => token);

  await client.listPrompts();
  token = "bob";
  await client.listPrompts();

  expect(asked()).toEqual(["Bearer ada"]);
});

test("a private list that was asked for while the token changed is nobody's: it is not kept", async () => {
  // Asked before the list, then for its request, then after it.
  const tokens = ["bob", "ada", "ada"];
  let isBegun = false;
  const { client, asked } = await signedIn("private", () => (isBegun ? tokens.shift() : undefined) ?? "ada");
  isBegun = true;

  await client.listPrompts();
  await client.listPrompts();

  expect(asked()).toEqual(["Bearer ada", "Bearer ada"]);
});

test("a token that cannot be had fails the request, and shows nothing that was kept", async () => {
  let isThere = true;
  const { client } = await signedIn("private", async () => {
    if (!isThere) throw new Error("locked");
    return "ada";
  });
  await client.listPrompts();
  isThere = false;

  await expect(client.listPrompts({ retry: false })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});
