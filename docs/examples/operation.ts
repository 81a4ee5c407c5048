import { connect, createOperation } from "caduceus";

await using client = await connect({ command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] });

// A request as a value: checked when it is made, sent when it is given to `request`.
const list = createOperation({ method: "prompts/list", timeout: 5_000 });
const { prompts } = await client.request(list);
console.log(prompts.some(({ name }) => name === "simple-prompt"));
