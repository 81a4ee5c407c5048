import type { Client } from "caduceus";

/** Everything there is to call, list and read. */
export async function look(client: Client): Promise<void> {
  await client.ping();

  const { tools } = await client.listTools();
  console.log(tools.map(({ name }) => name));

  const { content, structuredContent, isError } = await client.callTool("weather", { city: "Paris" });
  console.log(isError ? "the tool failed" : (structuredContent ?? content));

  const { resources } = await client.listResources();
  const { resourceTemplates } = await client.listResourceTemplates();
  console.log(resources.length, resourceTemplates.length);

  const { contents } = await client.readResource("file:///notes.txt");
  console.log(contents.map(({ uri }) => uri));

  const { prompts } = await client.listPrompts();
  const { messages } = await client.getPrompt("travel", { city: "Paris" });
  console.log(prompts.length, messages.length);

  const { completion } = await client.complete(
    { type: "ref/prompt", name: "travel" },
    { name: "city", value: "Pa" },
    { context: { arguments: { country: "France" } } },
  );
  console.log(completion.values);
}

/** One page at a time. */
export async function pageByPage(client: Client): Promise<number> {
  let count = 0;
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const page = await client.listResources({ cursor });
    count += page.resources.length;
    cursor = page.nextCursor;
  }
  return count;
}

/** Asks the server although it said that its last answer is still fresh. */
export async function now(client: Client): Promise<string> {
  const { contents } = await client.readResource("file:///notes.txt", { fresh: true });
  const [first] = contents;
  return first !== undefined && "text" in first ? first.text : "";
}

/** What a server of revision 2026-07-28 says of itself. */
export async function versions(client: Client): Promise<readonly string[]> {
  const { supportedVersions } = await client.discover();
  return supportedVersions;
}

/** Reads a resource each time it has changed, until the block ends. */
export async function follow(client: Client, uri: string, until: Promise<unknown>): Promise<void> {
  await using _ = await client.subscribe(uri, async ({ uri: changed }) => {
    const { contents } = await client.readResource(changed);
    console.log("now it is", contents);
  });
  await until;
}

export async function logs(client: Client): Promise<void> {
  client.on("log", ({ level, logger, data }) => console.log(level, logger, data));
  await client.setLogLevel("warning");
}

export function changes(client: Client): void {
  client.on("toolsChanged", async () => console.log((await client.listTools()).tools.length, "tools"));
  client.on("promptsChanged", () => console.log("prompts"));
  client.on("resourcesChanged", () => console.log("resources"));
}

export async function finish(client: Client): Promise<void> {
  // What is under way may take 5 s more; what is called from now on rejects.
  await client.close({ drain: 5_000 });
}
