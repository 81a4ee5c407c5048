import { describe, expect, test } from "vitest";
import { ConnectionLostError, connect, memoryTransport, type ServerEnd } from "../../../src/index.js";
import { errorOf, testStage } from "../../support/memory.js";

type Message = { readonly id?: number; readonly method?: string; readonly params?: { protocolVersion?: string } };

/** A server by hand, that answers `initialize` and `ping`. */
async function serve(end: ServerEnd): Promise<void> {
  end.onmessage = (value) => {
    const { id, method, params } = value as Message;
    const serverInfo = { name: "by hand", version: "1" };
    if (method === "initialize") {
      const result = { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo };
      void end.send({ jsonrpc: "2.0", id, result });
    }
    if (method === "ping") void end.send({ jsonrpc: "2.0", id, result: {} });
  };
  await end.start();
}

describe("memoryTransport", () => {
  test("connects a server that is written by hand, and closes it with the client", async () => {
    const { runtime, drive } = testStage();
    let closed = 0;
    const server = (end: ServerEnd) => {
      end.onclose = () => closed++;
      return serve(end);
    };

    const client = await drive(connect(() => memoryTransport(server), { runtime }));
    expect(client.server?.name).toBe("by hand");
    expect(await drive(client.ping())).toEqual({});
    await drive(client.close());

    expect(closed).toBe(1);
  });

  test("each incarnation has a server of its own; one that closes is replaced", async () => {
    const { runtime, drive } = testStage();
    const ends: ServerEnd[] = [];
    const server = (end: ServerEnd) => {
      ends.push(end);
      return serve(end);
    };
    const client = await drive(connect(() => memoryTransport(server), { runtime }));

    await ends[0]?.close();
    expect(await drive(client.ping())).toEqual({});

    expect(ends).toHaveLength(2);
    await expect(ends[0]?.send({})).rejects.toThrow("closed");
  });

  test("what is sent is a copy on the other side", async () => {
    const { runtime, drive } = testStage();
    const content = [{ type: "text", text: "as sent" }];
    const server = async (end: ServerEnd) => {
      await serve(end);
      const answer = end.onmessage;
      end.onmessage = (message) => {
        const { id, method } = message as Message;
        answer?.(message);
        if (method !== "tools/call") return;
        void end.send({ jsonrpc: "2.0", id, result: { content } });
        content.push({ type: "text", text: "too late" });
      };
    };
    const client = await drive(connect(() => memoryTransport(server), { runtime }));

    expect(await drive(client.callTool("x"))).toEqual({ content: [{ type: "text", text: "as sent" }] });
  });

  test("a server that cannot be made is the cause `connect` rejects with", async () => {
    const { runtime, drive } = testStage();
    const cause = new Error("no database");
    const server = () => Promise.reject(cause);

    const error = await drive(errorOf(connect(() => memoryTransport(server), { runtime })));

    expect(error).toBeInstanceOf(ConnectionLostError);
    expect((error as Error).cause).toBe(cause);
  });

  test("a bare transport is used once: when it ends the client is down at once, and says what to do", async () => {
    const { runtime, drive, clock } = testStage();
    let end: ServerEnd | undefined;
    let arrived: () => void = () => undefined;
    const called = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const transport = memoryTransport(async (theirs) => {
      end = theirs;
      await serve(theirs);
      const answer = theirs.onmessage;
      theirs.onmessage = (message) => {
        answer?.(message);
        if ((message as Message).method === "tools/call") arrived();
      };
    });
    const client = await drive(connect(transport, { runtime, protocol: "legacy" }));
    const underWay = errorOf(client.callTool("x"));
    await drive(called);
    // It may be repeated, but there is nowhere to repeat it.
    const safe = errorOf(client.callTool("x", {}, { retry: 2 }));
    await clock.settle();

    await end?.close();
    const error = await drive(underWay);
    expect(error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown", retryAt: undefined });
    expect(await drive(safe)).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown" });
    expect(client.state).toBe("down");
    const later = await drive(errorOf(client.ping()));

    expect(later).toMatchObject({ code: "CONNECTION_LOST", outcome: "not_sent" });
    expect(String(later)).toContain("give `connect` a function that makes a transport");
    expect(clock.now()).toBe(0);
  });

  test("a bare transport that never gets ready leaves a lazy client down at once", async () => {
    const { runtime, drive, clock } = testStage();
    const transport = memoryTransport(() => Promise.reject(new Error("no database")));
    const client = await drive(connect(transport, { runtime, lazy: true }));

    expect(await drive(errorOf(client.ping()))).toMatchObject({ code: "CONNECTION_LOST", attempts: 0 });
    expect(client.state).toBe("down");
    expect(clock.now()).toBe(0);
  });
});
