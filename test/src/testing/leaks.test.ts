import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect as connectSocket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect, type Server } from "../../../src/index.js";
import {
  expectNoLeaks,
  type LeakError,
  type LeakOptions,
  Script,
  say,
  scriptedHttp,
  scriptedMemory,
  stall,
  testRuntime,
} from "../../../src/testing/index.js";
import { drive, errorOf } from "../../support/memory.js";

const script = new Script().tool("hello", say("hello")).tool("work", stall());

describe("expectNoLeaks passes", () => {
  test("when a client in memory was closed", async () => {
    await using _ = expectNoLeaks();
    await useAndClose(scriptedMemory(script).transport);
  });

  test("when a client over HTTP was closed, and its server", async () => {
    await using _ = expectNoLeaks();
    await using server = await scriptedHttp(script);
    await useAndClose(server.entry);
  });

  test("when what ends does so only a while later", async () => {
    const leaks = expectNoLeaks();
    const server = createServer((_, response) => void setTimeout(() => response.end(), 30));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { readonly port: number };
    void fetch(`http://127.0.0.1:${port}`, { headers: { connection: "close" } }).then(() => server.close());

    await leaks.check();

    expect(server.listening).toBe(false);
  });

  test("with what was there before the picture was taken", async () => {
    const timer = setInterval(() => undefined, 1_000);
    onTestFinished(() => clearInterval(timer));
    const { runtime, clock } = testRuntime();
    const { signal } = new AbortController();
    clock.setTimer(1_000, () => undefined);
    signal.addEventListener("abort", () => undefined);

    await expectNoLeaks({ runtimes: [runtime], signals: [signal] }).check();
  });

  test("with a timer that does not keep the program running", async () => {
    const leaks = expectNoLeaks();
    setTimeout(() => undefined, 60_000).unref();

    await leaks.check();
  });
});

describe("expectNoLeaks names", () => {
  test("a client's processes and virtual timers, when it is still open", async () => {
    const { runtime, clock } = testRuntime();
    const controller = new AbortController();
    const leaks = expectNoLeaks({ runtimes: [runtime], signals: [controller.signal], within: 5 });
    const client = await drive(clock, connect(scriptedMemory(script).transport, { runtime, name: "files" }));
    const call = client.callTool("work", {}, { signal: controller.signal });
    call.catch(() => undefined);
    await clock.settle();

    const error = (await errorOf(leaks.check())) as LeakError;
    await client.close();

    expect(kindsOf(error)).toEqual(["abort listener", "process", "virtual timer"]);
    expect(error.message).toContain("- the process client files\n");
    expect(error.message).toContain("await client.close()");
  });

  test("a timer, with the line that set it", async () => {
    const error = await leaksOf(async () => {
      const timer = setTimeout(() => undefined, 60_000);
      return () => clearTimeout(timer);
    });

    expect(error.left).toMatchObject([{ kind: "timer", where: expect.stringMatching(/leaks\.test\.ts:\d+:\d+$/) }]);
    expect(error.message).toMatch(
      /^Expected nothing to be left within 5 ms, but there is:\n- a timer, at .*leaks\.test\.ts/,
    );
  });

  test("the timers of a client in real time", async () => {
    const error = await leaksOf(async () => {
      const client = await connect(scriptedMemory(script).transport);
      return () => client.close();
    });

    expect(kindsOf(error)).toEqual(["timer"]);
  });

  test("sockets, and servers that listen", async () => {
    const error = await leaksOf(async () => {
      const server = createServer();
      await once(server.listen(0, "127.0.0.1"), "listening");
      const socket = connectSocket((server.address() as { readonly port: number }).port);
      await once(socket, "connect");
      return async () => {
        socket.destroy();
        server.close();
        await once(server, "close");
      };
    });

    expect(kindsOf(error)).toEqual(expect.arrayContaining(["listening socket", "socket"]));
  });

  test("a child process, with its pid", async () => {
    let pid: number | undefined;
    const error = await leaksOf(async () => {
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      pid = child.pid;
      return async () => {
        child.kill("SIGKILL");
        await once(child, "exit");
      };
    });

    expect(error.left).toMatchObject([{ kind: "child process", what: `a child process with pid ${pid}` }]);
  });

  test("listeners on `process`", async () => {
    const error = await leaksOf(async () => {
      const listener = () => undefined;
      process.on("SIGTERM", listener);
      return () => void process.off("SIGTERM", listener);
    });

    expect(error.left).toEqual([
      { kind: "host listener", what: "a listener to SIGTERM on `process`", where: undefined },
    ]);
  });

  test("a server over stdio whose client is still open", async () => {
    const error = await leaksOf(async () => {
      const client = await connect(program, { protocol: "legacy" });
      return () => client.close();
    });

    expect(kindsOf(error)).toEqual(expect.arrayContaining(["child process", "host listener", "pipe"]));
  });
});

describe("expectNoLeaks", () => {
  test("leaves out what it is told to ignore", async () => {
    const timer = () => setTimeout(() => undefined, 60_000);
    const leaks = expectNoLeaks({ within: 5, ignore: ({ kind }) => kind === "timer" });
    const set = timer();
    onTestFinished(() => clearTimeout(set));

    await leaks.check();
  });

  test("decides once: what is opened after the check is not seen by the end of the scope", async () => {
    await using leaks = expectNoLeaks({ within: 5 });
    await leaks.check();
    const timer = setTimeout(() => undefined, 60_000);
    onTestFinished(() => clearTimeout(timer));
  });

  test("shows no more than twenty, and says how many more there are", async () => {
    const error = await leaksOf(async () => {
      const timers = Array.from({ length: 23 }, () => setTimeout(() => undefined, 60_000));
      return () => timers.forEach(clearTimeout);
    });

    expect(error.left).toHaveLength(23);
    expect(error.message.match(/- a timer/g)).toHaveLength(20);
    expect(error.message).toContain("- and 3 more\n");
  });
});

/** A server over stdio that can do no more than to agree. */
const program = {
  command: process.execPath,
  args: [
    "-e",
    `process.stdin.once("data", (line) => {
       const { id, params: { protocolVersion } } = JSON.parse(line);
       const result = { protocolVersion, capabilities: {}, serverInfo: { name: "small", version: "1.0.0" } };
       console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
     });`,
  ],
};

async function useAndClose(server: Server): Promise<void> {
  const client = await connect(server);
  await client.callTool("hello");
  client.callTool("work").catch(() => undefined);
  await client.close();
}

/** What a check says of what is opened, which is closed afterwards. */
async function leaksOf(open: () => Promise<() => unknown>, options: LeakOptions = {}): Promise<LeakError> {
  const leaks = expectNoLeaks({ within: 5, ...options });
  const close = await open();
  const error = (await errorOf(leaks.check())) as LeakError;
  await close();
  expect(error).toMatchObject({ name: "LeakError", code: "LEAK" });
  return error;
}

function kindsOf({ left }: LeakError): string[] {
  return [...new Set(left.map(({ kind }) => kind))].sort();
}
