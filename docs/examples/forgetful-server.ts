import { connect } from "caduceus";
import { Script, say, scriptedHttp } from "caduceus/testing";

await using server = await scriptedHttp(new Script().tool("hello", say("hello")));
await using client = await connect(server.entry);
server.forget(); // the session
console.log(await client.callTool("hello")); // in a new one

console.log(`sessions: ${server.sessions.begun}`);
