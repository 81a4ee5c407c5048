// The servers of a soak: each does what it is asked for, and some of that is to crash, to hang or to flood.
import {
  die,
  echo,
  flood,
  leaveBehind,
  progress,
  raw,
  Script,
  scriptedHttp,
  scriptedStdio,
  stall,
  stopReading,
  wait,
} from "caduceus/testing";

const safe = { readOnlyHint: true };

/** What a server can be asked for; `echo` answers with what it was asked, so that a mixed-up answer would show. */
const script = new Script()
  .annotatedTool("echo", safe, echo())
  .annotatedTool("slow", safe, wait(30), echo())
  .annotatedTool("flood", safe, flood(500), echo())
  .annotatedTool("steps", safe, progress(1, 3), wait(10), progress(2, 3), wait(10), progress(3, 3), echo())
  .annotatedTool("noise", safe, raw("not a message\n"), raw('{"jsonrpc":"2.0","id":"nobody","result":{}}\n'), echo())
  .tool("unsafe", wait(5), echo())
  .tool("hang", stall())
  .tool("deaf", stopReading())
  .tool("crash", die({ code: 3 }))
  .tool("orphan", leaveBehind(), die());

/** One in so many is reached over HTTP. */
const HTTP_SHARE = 3;

/** How to reach `count` servers, and how to end what was started for it. */
export async function startServers(count) {
  const listening = await Promise.all(
    Array.from({ length: Math.floor(count / HTTP_SHARE) }, () => scriptedHttp(script)),
  );
  const overHttp = listening.map((http) => ({ wire: "http", server: http.entry, http }));
  const overStdio = Array.from({ length: count - listening.length }, () => ({
    wire: "stdio",
    server: scriptedStdio(script),
  }));
  return { servers: [...overStdio, ...overHttp], end: () => Promise.all(listening.map((http) => http.close())) };
}
