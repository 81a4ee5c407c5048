import { CaduceusError, type Client } from "caduceus";

/** Calls a tool, and says in one line what came of it. */
export async function explain(client: Client, tool: string): Promise<string> {
  try {
    const { isError } = await client.callTool(tool);
    return isError ? "The tool ran and reports an error of its own." : "Done.";
  } catch (error) {
    if (!(error instanceof CaduceusError)) throw error;
    switch (error.code) {
      case "CONNECTION_LOST":
      case "TIMEOUT":
        return error.outcome === "unknown"
          ? "It may have run: look before you repeat it."
          : "It did not run: try again.";
      case "PROTOCOL":
        return "The server refused.";
      default:
        return error.message;
    }
  }
}
