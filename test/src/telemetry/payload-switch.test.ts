import { expect, test } from "vitest";
import type { PayloadKinds, TelemetryChannel } from "../../../src/index.js";
import { ask, echo, fail, notify, progress, Script } from "../../../src/testing/index.js";
import { connectInMemory, errorOf } from "../../support/memory.js";
import { type Heard, hearTelemetry } from "../../support/telemetry.js";

const script = new Script()
  .tool(
    "work",
    notify("notifications/message", { level: "info", data: "said by the server" }),
    progress(1, 2, "half of it"),
    ask("roots/list", { _meta: { said: "by the server" } }),
    echo(),
  )
  .tool("forbidden", fail(-32_000, "not you", { password: "canary" }));

/** Everything one client tells that has payloads of these kinds. */
async function tell(payloads: boolean | PayloadKinds | undefined, maxLength?: number): Promise<Heard> {
  const heard = hearTelemetry();
  const roots = [{ uri: "file:///a" }];
  const telemetry = payloads === undefined ? undefined : { payloads, maxLength };
  const { client, drive } = await connectInMemory(script, { roots, telemetry });
  await drive(client.callTool("work", { path: "a.txt", token: "canary" }));
  await drive(errorOf(client.callTool("forbidden")));
  return heard;
}

/** The channels that had a payload, and what kind of message it was where the channel has several. */
function shown({ all }: Heard): Set<string> {
  const with_ = all.filter(({ message }) => "payload" in message);
  return new Set(
    with_.map(({ name, message }) => {
      const { kind, method } = message as { readonly kind?: string; readonly method?: string };
      const what = method === "notifications/progress" ? "progress" : kind;
      return name.startsWith("caduceus:transport") ? `${name.slice(9)} ${what}` : name.slice(9);
    }),
  );
}

const places: Record<keyof PayloadKinds, string[]> = {
  requests: ["operation.start", "request.start", "transport.receive request", "transport.send request"],
  responses: ["operation.end", "request.end", "transport.receive response", "transport.send response"],
  notifications: ["notification", "transport.receive notification", "transport.send notification"],
  progress: ["operation.progress", "transport.receive progress"],
};

test.each([undefined, false, {}, { requests: false }, { requests: undefined }])(
  "M28 with payloads %j nothing has one, not even a key for it",
  async (payloads) => {
    const heard = await tell(payloads);

    expect(heard.all.length).toBeGreaterThan(15);
    expect([...shown(heard)]).toEqual([]);
  },
);

test.each(Object.keys(places) as (keyof PayloadKinds)[])("M28 %s are switched on by themselves", async (kind) => {
  expect([...shown(await tell({ [kind]: true }))].sort()).toEqual(places[kind].sort());
});

test("M28 with payloads true every kind has one, without secrets", async () => {
  const heard = await tell(true);
  const of = (name: TelemetryChannel) => heard.of(name).map((message) => (message as { payload?: string }).payload);

  expect([...shown(heard)].sort()).toEqual(Object.values(places).flat().sort());
  expect(of("caduceus:operation.start")[0]).toBe('{"name":"work","arguments":{"path":"a.txt","token":"[redacted]"}}');
  expect(of("caduceus:operation.progress")).toEqual(['"half of it"']);
  expect(of("caduceus:notification")).toEqual(['{"level":"info","data":"said by the server"}']);
  expect(of("caduceus:request.end")).toEqual(['{"result":{"roots":[{"uri":"file:///a"}]}}']);
  expect(of("caduceus:operation.end")[1]).toContain('"data":{"password":"[redacted]"}');
  expect(JSON.stringify(heard.all)).not.toContain("canary");
});

test("M28 payloads are cut at maxLength", async () => {
  const heard = await tell(true, 30);
  const payloads = heard.all.flatMap(({ message }) => ("payload" in message ? [String(message.payload)] : []));

  expect(payloads.every((payload) => payload.length <= 30 + "… [99999 more]".length)).toBe(true);
  expect(payloads.filter((payload) => / more\]$/.test(payload)).length).toBeGreaterThan(4);
});
