import { type Client, connect, type SamplingRequest, type Server } from "caduceus";

/** What your own program has for servers. */
export interface Host {
  /** Resolves with what the user typed, or `undefined` when the window was closed. */
  ask(question: string): Promise<string | undefined>;
  open(url: string): Promise<boolean>;
  /** Resolves with `undefined` when the user does not want it. */
  complete(request: SamplingRequest, signal: AbortSignal): Promise<string | undefined>;
}

/** Connects to a server that may look at a directory, ask the user, and use a model. */
export async function connectFor(host: Host, server: Server): Promise<Client> {
  return await connect(server, {
    roots: [{ uri: "file:///home/ada/project", name: "project" }],
    async onElicitation(request) {
      if (request.mode === "url") return { action: (await host.open(request.url)) ? "accept" : "decline" };
      const name = await host.ask(request.message);
      return name === undefined ? { action: "cancel" } : { action: "accept", content: { name } };
    },
    async onSampling(request, { signal }) {
      const text = await host.complete(request, signal);
      if (text === undefined) return "rejected";
      return { role: "assistant", content: { type: "text", text }, model: "my-model", stopReason: "endTurn" };
    },
    onLog: ({ level, data }) => console.log(level, data),
  });
}

/** The user has opened another project. */
export function openProject(client: Client, uri: string): void {
  client.setRoots([{ uri }]);
  client.addRoot({ uri: "file:///home/ada/notes", name: "notes" });
  client.removeRoot("file:///home/ada/notes");
}
