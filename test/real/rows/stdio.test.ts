import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type StdioServer } from "caduceus";
import { die, leaveBehind, log, raw, Script, say, scriptedStdio, stall, wait } from "caduceus/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { children, isThere } from "../../support/children.js";
import { errorOf, over, textOf } from "./stage.js";

const answerTo = (id: number, text: string) =>
  `${JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } })}\n`;

/** A server that tells of itself what its program expression gives. */
const telling = (expression: string): StdioServer => {
  const program = `
    const tell = () => JSON.stringify(${expression});
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, method, params } = JSON.parse(line);
      if (id === undefined) return;
      const serverInfo = { name: "telling", version: "1" };
      const result =
        method === "initialize"
          ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo }
          : { content: [{ type: "text", text: tell() }] };
      console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
    });`;
  return { command: process.execPath, args: ["-e", program, "--", "given"] };
};

async function told(expression: string, server: Partial<StdioServer>): Promise<unknown> {
  const client = await connect({ ...telling(expression), ...server }, { protocol: "legacy" });
  onTestFinished(() => client.close());
  return JSON.parse(`${textOf(await client.callTool("tell"))}`);
}

describe("over stdio", () => {
  test("M23 a program gets its arguments, its directory, and of the environment what is harmless and what is given", async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "cwd-")));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    process.env.SECRET_OF_MINE = "canary";
    onTestFinished(() => void Reflect.deleteProperty(process.env, "SECRET_OF_MINE"));

    const [args, cwd, env] = (await told("[process.argv.slice(1), process.cwd(), process.env]", {
      cwd: folder,
      env: { GIVEN: "yes" },
    })) as [string[], string, Record<string, string>];

    expect(args).toEqual(["given"]);
    expect(cwd).toBe(folder);
    expect(env).toMatchObject({ GIVEN: "yes", PATH: process.env.PATH });
    expect(env).not.toHaveProperty("SECRET_OF_MINE");
    expect(env).not.toHaveProperty("NODE_OPTIONS");
  });

  test("M23 messages are put together from 1-byte chunks, and taken apart from one write, with noise between", async () => {
    // Under the handshake's own id there was one before, so that these are 2, 3 and so on.
    const letters = [...answerTo(2, "€ in bytes")].flatMap((letter) => [raw(letter), wait(0)]);
    const many = Array.from({ length: 100 }, (_, index) => `loading… ${index}\n${answerTo(index + 3, `${index}`)}`);
    const script = new Script()
      .tool("slowly", ...letters)
      .tool("hold", stall())
      .tool("all", raw(many.join("")), say("all"));
    const { client } = await over("stdio", script, { protocol: "legacy", maxInFlight: 200 });

    expect(textOf(await client.callTool("slowly"))).toBe("€ in bytes");
    const held = Array.from({ length: 100 }, () => client.callTool("hold"));
    expect(textOf(await client.callTool("all"))).toBe("all");

    expect((await Promise.all(held)).map(textOf)).toEqual(Array.from({ length: 100 }, (_, index) => `${index}`));
    expect(client.stats.messages.invalid).toBe(100);
  });

  test("M23 stderr is drained and its last lines kept; how the process ended is told", async () => {
    const flood = Array.from({ length: 5_000 }, (_, index) => log(`line ${index} ${"x".repeat(100)}`));
    const script = new Script().tool("die", ...flood, die({ code: 9 })).tool("kill", log("oh"), die());
    const { client } = await over("stdio", script);

    const exited = (await errorOf(client.callTool("die"))) as { readonly stderr: readonly string[] };
    expect(exited).toMatchObject({ code: "CONNECTION_LOST", exitCode: 9 });
    expect(exited.stderr).toHaveLength(50);
    expect(exited.stderr.at(-1)).toMatch(/^line 4999 /);
    expect(await errorOf(client.callTool("kill"))).toMatchObject({ signal: "SIGKILL", stderr: ["oh"] });
  });

  test.each([
    ["the end of its stdin ends a server that is obedient", false, { exitCode: 0, signalCode: null }],
    ["SIGKILL ends one that ignores that and SIGTERM", true, { exitCode: null, signalCode: "SIGKILL" }],
  ])("M23 %s", async (_, isStubborn, end) => {
    const { client } = await over("stdio", new Script({ isStubborn }));
    const child = children.at(-1);

    await client.close();

    expect({ exitCode: child?.exitCode, signalCode: child?.signalCode }).toEqual(end);
  });

  test("M23 close ends the whole process group: a wrapper's child, and what that has started", async () => {
    const { command, args = [] } = scriptedStdio(new Script().tool("fork", leaveBehind(), say("left")));
    const quoted = [command, ...args].map((part) => `'${part}'`).join(" ");
    const client = await connect({ command: "sh", args: ["-c", `${quoted}; exit 0`] });
    const line = new Promise<string>((resolve) => client.on("stderr", resolve));
    await client.callTool("fork");
    const stayer = Number((await line).match(/left behind: (\d+)/)?.[1]);
    const group = -Number(children.at(-1)?.pid);
    expect([isThere(stayer), isThere(group)]).toEqual([true, true]);

    await client.close();

    expect([isThere(stayer), isThere(group)]).toEqual([false, false]);
  });
});
