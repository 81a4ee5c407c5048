import type { Client, OperationPromise, RequestOptions } from "../../src/index.js";

/** A method of the client's that makes one request. */
export interface Method {
  readonly method: string;
  readonly capability: string | undefined;
  readonly result: object;
  /** What is on the wire besides `_meta`. */
  readonly params: object;
  readonly call: (client: Client, options?: RequestOptions) => OperationPromise<unknown>;
}

const ref = { type: "ref/prompt", name: "p" } as const;
const argument = { name: "city", value: "Pa" };
const context = { arguments: { country: "FR" } };

/** Every one of them, by its name. */
export const methods: Readonly<Record<string, Method>> = {
  ping: { method: "ping", capability: undefined, result: {}, params: {}, call: (it, options) => it.ping(options) },
  listTools: {
    method: "tools/list",
    capability: "tools",
    result: { tools: [{ name: "t", inputSchema: { type: "object" } }] },
    params: {},
    call: (it, options) => it.listTools(options),
  },
  callTool: {
    method: "tools/call",
    capability: "tools",
    result: { content: [{ type: "text", text: "x" }] },
    params: { name: "t", arguments: { a: 1 } },
    call: (it, options) => it.callTool("t", { a: 1 }, options),
  },
  listResources: {
    method: "resources/list",
    capability: "resources",
    result: { resources: [{ uri: "file:///a", name: "a" }] },
    params: {},
    call: (it, options) => it.listResources(options),
  },
  listResourceTemplates: {
    method: "resources/templates/list",
    capability: "resources",
    result: { resourceTemplates: [{ uriTemplate: "file:///{x}", name: "x" }] },
    params: {},
    call: (it, options) => it.listResourceTemplates(options),
  },
  readResource: {
    method: "resources/read",
    capability: "resources",
    result: { contents: [{ uri: "file:///a", text: "a" }] },
    params: { uri: "file:///a" },
    call: (it, options) => it.readResource("file:///a", options),
  },
  listPrompts: {
    method: "prompts/list",
    capability: "prompts",
    result: { prompts: [{ name: "p" }] },
    params: {},
    call: (it, options) => it.listPrompts(options),
  },
  getPrompt: {
    method: "prompts/get",
    capability: "prompts",
    result: { messages: [{ role: "user", content: { type: "text", text: "hi" } }] },
    params: { name: "p", arguments: { city: "Paris" } },
    call: (it, options) => it.getPrompt("p", { city: "Paris" }, options),
  },
  complete: {
    method: "completion/complete",
    capability: "completions",
    result: { completion: { values: ["Paris"], hasMore: false } },
    params: { ref, argument, context },
    call: (it, options) => it.complete(ref, argument, { ...options, context }),
  },
  setLogLevel: {
    method: "logging/setLevel",
    capability: "logging",
    result: {},
    params: { level: "warning" },
    call: (it, options) => it.setLogLevel("warning", options),
  },
};
