import { answer, notify, Script, say } from "caduceus/testing";
import { describe, expect, test, vi } from "vitest";
import { wires } from "../rows/rows.js";
import { over } from "../rows/stage.js";

const A = "file:///a";
const B = "file:///b";
const LISTEN = "subscriptions/listen";

describe.each(wires)("over %s", (wire) => {
  test("in the legacy era any number of subscriptions to one resource cost one request, and their end one", async () => {
    const script = new Script().on("resources/subscribe", answer({})).on("resources/unsubscribe", answer({}));
    const { client, sent } = await over(wire, script, { protocol: "legacy" });
    const before = sent.length;

    const [one, two] = await Promise.all([client.subscribe(A), client.subscribe(A)]);
    await one.close();
    await two.close();
    await two.close();

    expect(sent.slice(before).map(({ method }) => method)).toEqual(["resources/subscribe", "resources/unsubscribe"]);
  });

  test("in the modern era each change of what is wanted costs one stream, and the end of the one before", async () => {
    const script = new Script({ era: "modern" });
    const { client, of, sent, http } = await over(wire, script);

    const one = await client.subscribe(A);
    const same = await client.subscribe(A);
    const other = await client.subscribe(B);
    for (const subscription of [one, same, other]) await subscription.close();
    if (http === undefined)
      await vi.waitFor(() => expect(of("notifications/cancelled")).toHaveLength(3), { interval: 5 });
    else await http.until(() => http.underWay === 0);

    const wanted = [[A], [A, B], [B]];
    expect(of(LISTEN)).toMatchObject(
      wanted.map((uris) => ({ params: { notifications: { resourceSubscriptions: uris } } })),
    );
    // Over HTTP a stream that is closed says it all.
    expect(sent).toHaveLength(1 + 3 + (http === undefined ? 3 : 0));
  });

  test("a list that has changed is asked for once more if it is known, and not at all otherwise", async () => {
    const changed = notify("notifications/tools/list_changed");
    const { client, of } = await over(wire, new Script().tool("change", changed, changed, changed, say("done")));
    const news = () => new Promise((resolve) => client.on("toolsChanged", () => resolve(undefined)));

    const first = news();
    await client.callTool("change");
    await first;
    expect(of("tools/list")).toEqual([]);
    await client.listTools();
    await client.callTool("change");
    await vi.waitFor(() => expect(of("tools/list").length).toBeGreaterThan(1), { interval: 5 });
    await client.ping();

    // The first of the flood is told at once, and what came after it once more when the window is over.
    expect(of("tools/list").length).toBeLessThanOrEqual(3);
  });
});
