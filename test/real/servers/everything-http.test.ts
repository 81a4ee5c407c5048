import { listen, usesEverything } from "./everything.js";

usesEverything("Streamable HTTP", async () => {
  const { url, end } = await listen("streamableHttp", "/mcp");
  return { server: { url }, end };
});
