import { CaduceusError, type Client } from "caduceus";

/** What the agent shows while it works. */
export interface Display {
  percent(value: number): unknown;
}

/** Your own agent: looks a question up in an archive behind a tool server, and says so if it had to do without. */
export async function answer(question: string, archive: Client, display: Display): Promise<string> {
  let shown = 0;
  try {
    const { content } = await archive.callTool(
      "search",
      { question },
      {
        timeout: 60_000, // of silence
        retry: 1, // searching twice does no harm
        progress({ progress, total = progress }) {
          const percent = Math.floor((100 * progress) / total);
          if (percent <= shown) return undefined;
          shown = percent;
          return display.percent(percent);
        },
      },
    );
    const [first] = content;
    return first?.type === "text" ? first.text : "The archive found nothing.";
  } catch (error) {
    if (error instanceof CaduceusError) return `Without the archive: I do not know. (${error.code})`;
    throw error;
  }
}
