import type { Client } from "caduceus";

/** Your own program: makes a report, shows how far it is, and gives up when nothing has moved for a minute. */
export async function report(client: Client, show: (percent: number) => void): Promise<string> {
  const { content } = await client.callTool(
    "report",
    {},
    {
      timeout: 60_000,
      retry: 1,
      progress: ({ progress, total }) => show((100 * progress) / (total ?? progress)),
    },
  );
  const [first] = content;
  return first?.type === "text" ? first.text : "";
}
