import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Client, type ConnectOptions, connect, createOperation, type Server } from "caduceus";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { onSent } from "../../support/wire-source.mjs";

const program = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));

/** The reference server over stdio. */
export const stdioServer: Server = { command: process.execPath, args: [program, "stdio"] };

/** A reference server that listens, and how to end it. */
export interface Listening {
  readonly url: string;
  end(): Promise<void>;
}

/** Starts the reference server over HTTP; resolves when it listens. */
export async function listen(mode: "streamableHttp" | "sse", path: string): Promise<Listening> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, [program, mode], { env, stdio: ["ignore", "ignore", "pipe"] });
  await untilItListens(child);
  return {
    url: `http://127.0.0.1:${port}${path}`,
    async end() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

/** It says on stderr that it listens; what it says after that has to be read as well. */
async function untilItListens(child: ChildProcess): Promise<void> {
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => /listening|running on port/i.test(line) && resolve());
    child.once("exit", (code) => reject(new Error(`The server exited with ${code}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}

const options: ConnectOptions = {
  roots: [{ uri: "file:///workspace", name: "the workspace" }],
  onElicitation: (params) =>
    params.mode === "url" ? { action: "accept" } : { action: "accept", content: filledIn(params.requestedSchema) },
  onSampling: ({ messages }) => ({
    role: "assistant",
    model: "parrot",
    content: { type: "text", text: `sampled: ${JSON.stringify(messages).length > 2}` },
  }),
};

/** What a user writes who leaves all defaults and fills in the rest. */
function filledIn(schema: unknown): Record<string, string | number | boolean> {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, { readonly type?: string; readonly oneOf?: { const: string }[] }>>;
    readonly required?: readonly string[];
  };
  return Object.fromEntries(
    required.map((key) => {
      const { type, oneOf } = properties[key] ?? {};
      if (oneOf?.[0] !== undefined) return [key, oneOf[0].const];
      return [key, type === "boolean" ? true : type === "string" ? "text" : 1];
    }),
  );
}

/** What its prompts want to know. */
const promptArguments: Readonly<Record<string, Record<string, string>>> = {
  "args-prompt": { city: "Chicago" },
  "completable-prompt": { department: "Engineering", name: "Alice" },
  "resource-prompt": { resourceType: "Text", resourceId: "1" },
};

/** Everything the reference server can do, over one transport. */
export function usesEverything(wire: string, server: () => Promise<{ server: Server; end(): Promise<void> }>): void {
  describe(`server-everything over ${wire}`, () => {
    let client: Client;
    let end: () => Promise<void>;
    /** The tools that were called so far. */
    const called = new Set<unknown>();
    const forget = onSent(({ text }) => {
      const { method, params } = JSON.parse(text) as { readonly method?: string; readonly params?: { name?: unknown } };
      if (method === "tools/call") called.add(params?.name);
    });

    beforeAll(async () => {
      const started = await server();
      end = started.end;
      client = await connect(started.server, options);
    });
    afterAll(async () => {
      forget();
      await client?.close();
      await end?.();
    });

    test("M20 it says what it is", () => {
      expect(client.server).toMatchObject({ protocolVersion: "2025-11-25", era: "legacy" });
      expect(client.server?.instructions).toContain("Everything Server");
    });

    test.each([
      ["echo", { message: "hello" }, "Echo: hello"],
      ["get-sum", { a: 2, b: 3 }, "5"],
      ["get-annotated-message", { messageType: "success", includeImage: true }, "success"],
      ["get-env", {}, "PATH"],
      ["get-resource-links", { count: 2 }, "resource"],
      ["get-resource-reference", { resourceType: "Blob", resourceId: 1 }, "resource"],
      ["get-structured-content", { location: "Chicago" }, "temperature"],
      ["get-tiny-image", {}, "image"],
      ["gzip-file-as-resource", { name: "a.gz", data: "data:text/plain,hello", outputType: "resource" }, "a.gz"],
      ["get-roots-list", {}, "the workspace"],
      ["trigger-sampling-request", { prompt: "hi" }, "sampled: true"],
      ["trigger-elicitation-request", {}, "accept"],
      ["trigger-url-elicitation", { url: "https://example.com/" }, "accept"],
    ])("M1 its tool %s answers", async (name, args, expected) => {
      await client.listTools();
      const result = await client.callTool(name, args);

      expect(result.isError ?? false).toBe(false);
      expect(JSON.stringify(result)).toContain(expected);
    });

    test("M4 its long-running operation shows its progress, then its result", async () => {
      const seen: number[] = [];
      await client.callTool(
        "trigger-long-running-operation",
        { duration: 0.3, steps: 3 },
        { progress: ({ progress }) => void seen.push(progress) },
      );

      expect(seen).toEqual([1, 2, 3]);
    });

    test("M1 its resources, templates, prompts and completions", async () => {
      const { resources } = await client.listResources();
      expect(resources.length).toBeGreaterThan(0);
      expect((await client.listResourceTemplates()).resourceTemplates.length).toBeGreaterThan(0);
      const uri = "demo://resource/dynamic/text/1";
      expect((await client.readResource(uri)).contents).toMatchObject([{ uri }]);

      const { prompts } = await client.listPrompts();
      expect(prompts.map(({ name }) => name)).toContain("args-prompt");
      for (const { name } of prompts) {
        expect((await client.getPrompt(name, promptArguments[name] ?? {})).messages).not.toHaveLength(0);
      }
      for (const resource of resources) expect((await client.readResource(resource.uri)).contents).not.toHaveLength(0);
      const argument = { name: "resourceId", value: "1" };
      const ref = { type: "ref/resource", uri: "demo://resource/dynamic/text/{resourceId}" } as const;
      expect((await client.complete(ref, argument)).completion.values).toContain("1");
    });

    test("M16 its log messages come in, from the level that was set", async () => {
      await client.setLogLevel("debug");
      const logged = new Promise((resolve) => client.on("log", resolve));
      await client.callTool("toggle-simulated-logging");

      expect(await logged).toMatchObject({ level: expect.any(String) });
      await client.callTool("toggle-simulated-logging");
    });

    test("M17 a resource that is subscribed to tells its updates", async () => {
      const uri = "demo://resource/dynamic/text/1";
      let resolve: (event: unknown) => void = () => undefined;
      const updated = new Promise((settle) => {
        resolve = settle;
      });
      const subscription = await client.subscribe(uri, (event) => resolve(event));
      await client.callTool("toggle-subscriber-updates");

      expect(await updated).toMatchObject({ uri });
      await client.callTool("toggle-subscriber-updates");
      await subscription.close();
    });

    test("M17 a call that becomes a task is one call, though the server asks the user meanwhile", async () => {
      await client.listTools();
      const statuses: string[] = [];
      const stop = client.on("taskStatus", ({ status }) => void statuses.push(status));
      const result = await client.callTool("simulate-research-query", { topic: "python", ambiguous: true });
      stop();

      expect(JSON.stringify(result)).toContain("programming");
      expect(statuses).toContain("working");
      expect(statuses.at(-1)).toBe("completed");
    });

    test("M13 a root that is added is told to it", async () => {
      client.addRoot({ uri: "file:///added", name: "one more" });

      // On the news it asks for them, while it answers other calls.
      await vi.waitFor(async () => {
        expect(JSON.stringify(await client.callTool("get-roots-list"))).toContain("one more");
      }, 10_000);
    });

    test("an unknown tool, and wrong arguments, are results with isError", async () => {
      expect(await client.callTool("no-such-tool")).toMatchObject({ isError: true });
      expect(await client.callTool("get-sum", { a: "x" })).toMatchObject({ isError: true });
    });

    test("M3 an unknown method is a protocol error", async () => {
      const asked = client.request(createOperation({ method: "no/such" }));

      await expect(asked).rejects.toMatchObject({ code: "PROTOCOL", rpcCode: -32_601 });
    });

    // The last of these tests: what the server has learned since they were written is missing here.
    test("M1 every tool that it lists has been called", async () => {
      const { tools } = await client.listTools();

      expect(tools.map(({ name }) => name).filter((name) => !called.has(name))).toEqual([]);
      expect(tools.length).toBeGreaterThan(15);
    });
  });
}
