import { expect, test } from "vitest";
import { answer, Script } from "../../../src/testing/index.js";
import { connectOverHttp } from "../../support/http.js";

const listed = new Script({ era: "modern" }).on(
  "prompts/list",
  answer({ prompts: [{ name: "a" }], ttlMs: 60_000, cacheScope: "private" }),
);

/** A client of a host whose `token()` never answers again from the call of this number on, counted from the return. */
async function connectTo(hangsFrom: number) {
  let calls = Number.NEGATIVE_INFINITY;
  const token = () => (++calls >= hangsFrom ? new Promise<string>(() => undefined) : "ada");
  const { client } = await connectOverHttp(listed, {
    protocol: "modern",
    sessions: false,
    stream: false,
    auth: { token },
  });
  calls = 0;
  return client;
}

test.each([
  [{ timeout: 50 }, "timeout"],
  [{ timeout: 5_000, maxTimeout: 60 }, "maxTimeout"],
])("a list whose host never says as whom it asks meets its limits: %j", async (options, limit) => {
  const client = await connectTo(1);

  const error = { code: "TIMEOUT", limit, outcome: "not_sent", attempts: 0 };
  await expect(client.listPrompts(options)).rejects.toMatchObject(error);
});

test("it can be cancelled", async () => {
  const client = await connectTo(1);
  const listing = client.listPrompts();
  listing.cancel("enough");

  await expect(listing).rejects.toMatchObject({ code: "CANCELLED", reason: "enough", attempts: 0 });
});

test("it can be cancelled once it waits", async () => {
  const client = await connectTo(1);
  const listing = client.listPrompts();
  await new Promise((resolve) => setImmediate(resolve));
  listing.cancel("enough");

  await expect(listing).rejects.toMatchObject({ code: "CANCELLED", reason: "enough", attempts: 0 });
});

test("it can be aborted", async () => {
  const client = await connectTo(1);
  const controller = new AbortController();
  const listing = client.listPrompts({ signal: controller.signal });
  await new Promise((resolve) => setImmediate(resolve));
  controller.abort();

  await expect(listing).rejects.toMatchObject({ code: "CANCELLED" });
});

test("it ends with its client", async () => {
  const client = await connectTo(1);
  const listing = expect(client.listPrompts()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await client.close();

  await listing;
});

test("an answer is not kept back for a host that is asked once more and does not say", async () => {
  const client = await connectTo(3);

  await expect(client.listPrompts()).resolves.toMatchObject({ prompts: [{ name: "a" }] });
});
