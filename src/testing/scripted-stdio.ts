import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import type { StdioServer } from "../transport/child.js";
import type { Script } from "./script.js";

const program = fileURLToPath(new URL("./scripted-stdio-main.js", import.meta.url));

/**
 * A scripted server as a real child process that speaks stdio: give it to `connect`.
 *
 * ```ts
 * await using client = await connect(scriptedStdio(new Script().tool("hello", say("hello"))));
 * ```
 */
export function scriptedStdio(script: Script, options: Pick<StdioServer, "stderr"> = {}): StdioServer {
  // Squeezed, since a command line may only be so long.
  const data = deflateSync(JSON.stringify(script.data)).toString("base64");
  return { command: process.execPath, args: [program, data], ...options };
}
