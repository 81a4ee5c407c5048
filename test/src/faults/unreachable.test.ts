import { expect, test } from "vitest";
import { noreply, server } from "../../../actors/index.js";
import { connect } from "../../../src/index.js";
import type {
  HttpTransportProtocol,
  TransportDefinition,
  TransportNews,
  TransportSetup,
} from "../../../src/transport/transport.js";
import { testStage, watch } from "../../support/memory.js";

/** A wire on which every message travels by itself; it answers the handshake, and then only what the test has it say. */
function lonelyWire(): { readonly transport: () => TransportDefinition; readonly say: (news: object) => void } {
  let setup: TransportSetup | undefined;
  const say = (news: object) => setup?.connection.send({ incarnation: setup.incarnation, ...news } as TransportNews);
  const transport = () =>
    server<HttpTransportProtocol>("lonely wire")<undefined, TransportSetup>({
      init(given) {
        setup = given;
        say({ type: "opened", wire: "http" });
        return undefined;
      },
      calls: {},
      casts: {
        write({ text, sequence }, state) {
          say({ type: "accepted", upTo: sequence });
          const { id, method } = JSON.parse(text);
          const serverInfo = { name: "lonely", version: "1" };
          const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
          if (method === "initialize") say({ type: "received", value: { jsonrpc: "2.0", id, result } });
          return noreply(state);
        },
        abandon: (_, state) => noreply(state),
        reopen: (state) => noreply(state),
      },
    }) as TransportDefinition;
  return { transport, say };
}

test("down while a request is under way: it is not said to be unsent, and its answer still counts", async () => {
  const stage = testStage();
  const wire = lonelyWire();
  const client = await stage.drive(
    connect(wire.transport, { runtime: stage.runtime, protocol: "legacy", downAfter: 1_000 }),
  );
  const under = watch(stage, client.callTool("work", {}, { timeout: 60_000 }));
  await stage.clock.settle();

  wire.say({ type: "unreachable", end: { message: "The server cannot be reached" } });
  await stage.clock.settle();
  const waiting = watch(stage, client.callTool("other"));
  await stage.clock.advance(1_000);

  expect(client.state).toBe("down");
  expect(waiting.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "not_sent", attempts: 0 });
  expect(under.state).toBe("pending");
  wire.say({ type: "received", value: { jsonrpc: "2.0", id: 2, result: { content: [] } } });
  await stage.clock.settle();
  expect(under.state).toBe("fulfilled");
});
