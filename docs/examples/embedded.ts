import { clientOf, clientSpec } from "caduceus";
import { drawTree, Runtime } from "caduceus/actors";
import { dynamicSupervisor } from "caduceus/supervisors";
import { Script, say, scriptedMemory } from "caduceus/testing";

await using runtime = new Runtime();
const servers = await runtime.start(dynamicSupervisor("servers"));

// Servers come and go while the program runs; each client is found by its name.
for (const name of ["files", "mail"]) {
  const server = scriptedMemory(new Script().tool("whoami", say(name))).transport;
  await servers.startChild(clientSpec(name, server, { timeout: 10_000 }));
}
const result = await clientOf(runtime, "mail")?.callTool("whoami");
console.log(result?.content);

// Closed for good: its supervisor is told, and does not start it again.
await clientOf(runtime, "mail")?.close();
console.log(clientOf(runtime, "mail"));
await clientOf(runtime, "files")?.ready();
console.log(drawTree(runtime.tree()));
