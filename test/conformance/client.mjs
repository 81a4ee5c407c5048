/*
 * The client that the public conformance suite tests: `node client.mjs <url>`. A program on the public API; what a
 * scenario wants done is said here, how it is done is the library's. The suite names the scenario and the revision in
 * the environment, and gives some of them a context.
 *
 * Exits with 0 when it could do what the scenario asks for.
 */
import { connect, createOperation } from "caduceus";
import { loadSkill } from "./skills.mjs";

const { MCP_CONFORMANCE_SCENARIO: scenario, MCP_CONFORMANCE_PROTOCOL_VERSION: version } = process.env;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");

const flows = {
  initialize: callFirstTool,
  tools_call: callFirstTool,
  "elicitation-sep1034-client-defaults": callEveryTool,
  "sse-retry": callEveryTool,
  "request-metadata": lookAround,
  "http-standard-headers": useEverything,
  "http-custom-headers": makeCallsOfContext,
  "http-invalid-tool-headers": callEveryTool,
  "sep-2322-client-request-state": callAllAtOnce,
  "json-schema-ref-no-deref": listTools,
  "json-schema-2020-12-preservation": echoSchema,
  "sep-2640-client-no-prefetch": listSkills,
  "sep-2640-client-verify-digest": loadSkills,
  "sep-2640-client-verify-size": loadSkills,
  "sep-2640-client-verify-frontmatter": loadSkills,
};

const flow = flows[scenario];
if (flow === undefined) throw new Error(`Expected a scenario this client knows, got ${scenario}`);
const url = process.argv[2];
if (url === undefined) throw new Error("Expected the server's URL as the last argument");

const client = await connect(
  { url },
  {
    protocol: version ?? "auto",
    timeout: 10_000,
    clientInfo: { name: "caduceus-conformance", version: "1.0.0" },
    roots: [{ uri: "file:///workspace", name: "workspace" }],
    // A user who accepts every form as it is: its defaults, and yes where it asks for a confirmation.
    onElicitation: ({ requestedSchema }) => ({ action: "accept", content: confirmations(requestedSchema) }),
    onSampling: () => ({ role: "assistant", model: "none", content: { type: "text", text: "Nothing to say" } }),
    ...(scenario.startsWith("sep-2640-") ? { extensions: { "io.modelcontextprotocol/skills": {} } } : {}),
  },
);
try {
  await flow();
} finally {
  await client.close();
}

async function listTools() {
  return (await client.listTools()).tools;
}

async function lookAround() {
  await client.ping();
  if (client.server?.capabilities.tools !== undefined) await listTools();
}

async function callFirstTool() {
  if (client.server?.capabilities.tools === undefined) return;
  const [tool] = await listTools();
  if (tool !== undefined) await client.callTool(tool.name, { a: 2, b: 3 });
}

async function callEveryTool() {
  for (const { name } of await listTools()) await client.callTool(name, {});
}

async function callAllAtOnce() {
  const tools = await listTools();
  await Promise.all(tools.map(({ name }) => client.callTool(name, {})));
}

async function makeCallsOfContext() {
  await listTools();
  for (const call of context.toolCalls) await client.callTool(call.name, call.arguments);
}

async function useEverything() {
  await callEveryTool();
  for (const { uri } of (await client.listResources()).resources) await client.readResource(uri);
  for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt(name);
}

async function echoSchema() {
  const focal = (await listTools()).find(({ name }) => name === "json_schema_2020_12_tool");
  if (focal === undefined) throw new Error("Expected the tool json_schema_2020_12_tool to be listed");
  await client.callTool("json_schema_echo", { schema: focal.inputSchema });
}

async function listSkills() {
  return (await client.request(createOperation({ method: "skills/list" }))).skills;
}

/** Loads every skill with all of its files; one that is not what its entry says ends the program with an error. */
async function loadSkills() {
  for (const skill of await listSkills()) await loadSkill(skill, (uri) => client.readResource(uri));
}

function confirmations(schema) {
  const properties = Object.entries(schema?.properties ?? {});
  return Object.fromEntries(
    properties
      .filter(([, { type, ...rest }]) => type === "boolean" && !("default" in rest))
      .map(([key]) => [key, true]),
  );
}
