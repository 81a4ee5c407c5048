import { createServer } from "node:http";
import { type AddressInfo, connect as connectTcp, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const tunnels: string[] = [];
const sockets = new Set<Socket>();
const proxy = createServer().on("connect", (request, socket: Socket) => {
  tunnels.push(`${request.url}`);
  const [host, port] = `${request.url}`.split(":");
  const target = connectTcp(Number(port), host, () => {
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    socket.pipe(target).pipe(socket);
  });
  for (const each of [socket, target]) {
    sockets.add(each);
    each.on("error", () => undefined);
  }
});

beforeEach(async () => {
  tunnels.length = 0;
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
});

test("the proxy that the environment names is used", async () => {
  vi.stubEnv("NO_PROXY", "");
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")), { stream: false });

  expect(textOf(await client.callTool("hello"))).toBe("hello");

  expect(new Set(tunnels)).toEqual(new Set([new URL(server.entry.url).host]));
  await client.close();
});

test("a host that NO_PROXY names is reached directly", async () => {
  vi.stubEnv("NO_PROXY", "127.0.0.1");
  const { client } = await connectOverHttp(new Script().tool("hello", say("hello")));

  expect(textOf(await client.callTool("hello"))).toBe("hello");

  expect(tunnels).toEqual([]);
});
