// The rows of compare-faults.mjs: what is done to a client, the same for each, and what is seen, in words. A program of
// its own runs one of them: `node scripts/compare-faults-rows.mjs <client> <row>` prints what is seen as its last line.
import { subscribe } from "node:diagnostics_channel";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { isAlive } from "./lib/is-alive.mjs";

/** Milliseconds; the `timeout` of every call. */
const TIMEOUT = 8_000;

const children = [];
subscribe("child_process", ({ process: child }) => children.push(child));

/** The clients, behind one interface: load, connect, call, close. */
export const clients = {
  caduceus: {
    name: "caduceus",
    load: () => Promise.all([import("caduceus"), import("zod"), import("@modelcontextprotocol/core")]),
    async connect(server) {
      const { connect } = await import("caduceus");
      const client = await connect(server, { startTimeout: TIMEOUT });
      return {
        call: (name, args = {}, { onProgress, timeout = TIMEOUT } = {}) =>
          client.callTool(name, args, { timeout, ...(onProgress === undefined ? {} : { progress: onProgress }) }),
        close: () => client.close(),
      };
    },
  },
  official: {
    name: "`@modelcontextprotocol/client`",
    load: () => Promise.all([import("@modelcontextprotocol/client"), import("@modelcontextprotocol/client/stdio")]),
    async connect(server) {
      const { Client } = await import("@modelcontextprotocol/client");
      const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
      const client = new Client({ name: "compare", version: "1.0.0" });
      const transport = new StdioClientTransport({ ...server, stderr: "pipe" });
      transport.stderr?.resume();
      await client.connect(transport, { timeout: TIMEOUT });
      return {
        call: (name, args = {}, { onProgress, timeout = TIMEOUT } = {}) =>
          client.callTool({ name, arguments: args }, { timeout, onprogress: onProgress }),
        close: () => client.close(),
      };
    },
  },
};

/** What happens, and how it is looked at. Each gets the testing kit, and a client's `connect`. */
export const rows = {
  "ten progress notifications and the result in one write": async ({ kit, open }) => {
    const { Script, progress, say, together } = kit;
    const steps = Array.from({ length: 10 }, (_, index) => progress(index + 1, 10));
    const client = await open(new Script().tool("burst", together(...steps, say("done"))));
    let delivered = 0;
    for (let call = 0; call < 50; call++) {
      let isOver = false;
      await client.call("burst", {}, { onProgress: () => (isOver ? 0 : delivered++) });
      isOver = true;
    }
    return `${delivered} of 500 are delivered before their result`;
  },

  "the progress callback returns a promise that rejects": async ({ kit, open }) => {
    const { Script, progress, say, wait } = kit;
    const client = await open(new Script().tool("work", progress(1), wait(50), say("done")));
    const onProgress = async () => {
      throw new Error("a bug of the program's own");
    };
    const end = await endOf(client.call("work", {}, { onProgress }));
    await sleep(100);
    return `the call ${end.words}; the program lives`;
  },

  "the callback takes 100 ms, and 20 updates come": async ({ kit, open }) => {
    const { Script, progress, say, wait } = kit;
    const updates = Array.from({ length: 20 }, (_, index) => [progress(index + 1, 20), wait(5)]).flat();
    const client = await open(new Script().tool("work", ...updates, say("done")));
    let [atOnce, most, done] = [0, 0, 0];
    const onProgress = async () => {
      most = Math.max(most, ++atOnce);
      await sleep(100);
      atOnce--;
      done++;
    };
    await client.call("work", {}, { onProgress });
    return `at most ${most} at once, ${done} of 20 done when the call resolves`;
  },

  "the server is killed during a call": async ({ kit, open }) => {
    const { Script, log, say, stall } = kit;
    const client = await open(new Script().tool("work", log("out of memory"), stall()).tool("hello", say("hello")));
    const pending = endOf(client.call("work"));
    await sleep(200);
    children.at(-1).kill("SIGKILL");
    const end = await pending;
    return `the call ${end.words}${knowing(end.error, "out of memory")}; ${await later(client)}`;
  },

  "the same, while a child of the server holds its stdout open (`npx`, `sh -c`)": async ({ kit, open }) => {
    const { Script, leaveBehind, say, stall } = kit;
    const client = await open(new Script().tool("work", leaveBehind(), stall()).tool("hello", say("hello")));
    const pending = endOf(client.call("work"));
    await sleep(500);
    children.at(-1).kill("SIGKILL");
    const end = await pending;
    const words = `the call ${end.words}; ${await later(client)}`;
    killGroups();
    return words;
  },

  "the server exits at once, with code 3 and a line on stderr": async ({ kit, open }) => {
    const { Script, die, log } = kit;
    const end = await endOf(open(new Script().on("initialize", log("no licence"), die({ code: 3 }))));
    return `connecting ${end.words}${knowing(end.error, "no licence")}`;
  },

  "`close()` on a server that ignores the end of stdin and SIGTERM": async ({ kit, open }) => {
    const { Script, stall } = kit;
    const client = await open(new Script({ isStubborn: true }).tool("work", stall()));
    const { pid } = children.at(-1);
    const pending = endOf(client.call("work"));
    await sleep(200);
    const closed = await endOf(client.close());
    const isLeft = isAlive(pid);
    const end = await pending;
    killGroups();
    return `the pending call ${end.words}; \`close()\` ${closed.words}, and the server is ${isLeft ? "still running" : "gone"}`;
  },

  "the server is frozen (SIGSTOP), a call times out after 1 s, and 6 s later there is another one": async ({
    kit,
    open,
  }) => {
    const { Script, say } = kit;
    const client = await open(new Script().tool("hello", say("hello")));
    children.at(-1).kill("SIGSTOP");
    const end = await endOf(client.call("hello", {}, { timeout: 1_000 }));
    await sleep(6_000);
    const words = `the first call ${end.words}; ${await later(client)}`;
    killGroups();
    return words;
  },

  "40 writes into a stopped server, which is then killed": async ({ kit, open }) => {
    const { Script, say } = kit;
    const client = await open(new Script().tool("hello", say("hello")));
    children.at(-1).kill("SIGSTOP");
    const filler = "x".repeat(100_000);
    let settled = 0;
    for (let call = 0; call < 40; call++) {
      void endOf(client.call("hello", { filler }, { timeout: 60_000 })).then(() => settled++);
    }
    await sleep(500);
    children.at(-1).kill("SIGKILL");
    await sleep(3_000);
    return `${settled} of 40 calls have settled after 3 s`;
  },

  "a line of 32 MB": async ({ kit, open }) => {
    const { Script, answer, say } = kit;
    const sized = (megabytes) => answer({ content: [{ type: "text", text: "x".repeat(megabytes * 1_000_000) }] });
    const client = await open(
      new Script().tool("warm", sized(1)).tool("half", sized(16)).tool("whole", sized(32)).tool("hello", say("hello")),
    );
    await client.call("warm");
    const half = await endOf(client.call("half", {}, { timeout: 60_000 }));
    const whole = await endOf(client.call("whole", {}, { timeout: 60_000 }));
    const ratio = whole.isResolved ? `, ${(whole.took / half.took).toFixed(1)} times the time of 16 MB` : "";
    return `the call ${whole.words}${ratio}; ${await later(client)}`;
  },

  "the host is busy for longer than a call's time limit, and the answer lies in the pipe": async ({ kit, open }) => {
    const { Script, say } = kit;
    const client = await open(new Script().tool("hello", say("hello")));
    const pending = endOf(client.call("hello", {}, { timeout: 300 }));
    await new Promise((resolve) => setImmediate(resolve));
    const until = performance.now() + 1_000;
    while (performance.now() < until);
    const { isResolved } = await pending;
    return isResolved ? "the call resolves with the answer" : "the call times out";
  },

  "the host calls `process.exit()` while the server ignores the end of stdin": async ({ kit, open }) => {
    const { Script } = kit;
    await open(new Script({ isStubborn: true }));
    // The parent of this program looks.
    process.stdout.write(`\nleaves ${children.at(-1).pid}\n`);
    return process.exit(0);
  },
};

/** How a promise ends, in words, and after how long. */
async function endOf(promise) {
  const begun = performance.now();
  const since = () => performance.now() - begun;
  try {
    await promise;
    const took = since();
    return { isResolved: true, took, words: `resolves ${after(took)}` };
  } catch (error) {
    const took = since();
    return { isResolved: false, took, error, words: `rejects ${after(took)}` };
  }
}

function after(ms) {
  return ms < 1_000 ? "within 1 s" : `after ${Math.round(ms / 1_000)} s`;
}

/** Which facts of a server's end an error tells: how it ended, and what it wrote last. */
function knowing(error, line) {
  if (error === undefined) return "";
  const { message, signal, exitCode, stderr } = error;
  const told = `${message} ${inspect(error)} ${inspect(stderr)}`;
  const known = [
    (signal === "SIGKILL" || told.includes("SIGKILL")) && "the signal",
    (exitCode === 3 || /\bcode:? 3\b/.test(message)) && "the exit code",
    told.includes(line) && "the line of stderr",
  ].filter(Boolean);
  return known.length === 0 ? " without signal, exit code or stderr" : ` with ${known.join(" and ")}`;
}

async function later(client) {
  const { isResolved, words } = await endOf(client.call("hello"));
  return `a later call ${isResolved ? "is answered" : words}`;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Nothing may outlive the comparison, whatever a client has left. */
function killGroups() {
  for (const { pid } of children) {
    for (const target of [-pid, pid]) {
      try {
        process.kill(target, "SIGKILL");
      } catch {
        // It is gone, as it should be.
      }
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , which, row] = process.argv;
  const kit = await import("caduceus/testing");
  // What is loaded on first use is no part of what is measured.
  await clients[which].load();
  const open = async (script) => {
    const { command, args } = kit.scriptedStdio(script);
    return await clients[which].connect({ command, args: [...args] });
  };
  const seen = await rows[row]({ kit, open });
  killGroups();
  process.stdout.write(`\nseen ${seen}\n`, () => process.exit(0));
}
