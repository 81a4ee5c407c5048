import { listen, usesEverything } from "./everything.js";

usesEverything("legacy HTTP+SSE", async () => {
  const { url, end } = await listen("sse", "/sse");
  return { server: { url, type: "sse" }, end };
});
