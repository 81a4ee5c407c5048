import { connect } from "caduceus";
import { Script, say, scriptedStdio, status, task, wait } from "caduceus/testing";

const work = task({ pollInterval: 100 }, status("reading"), wait(300), say("42 files"));
const server = scriptedStdio(new Script({ era: "modern" }).taskTool("index", work));

await using client = await connect(server);
client.on("taskStatus", (task) => console.log(task.status, task.statusMessage));

const { content } = await client.callTool("index");
console.log(content);
