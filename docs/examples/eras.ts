import { connect } from "caduceus";
import { Script, scriptedStdio } from "caduceus/testing";

for (const era of ["legacy", "modern"] as const) {
  const server = scriptedStdio(new Script({ era }));

  await using client = await connect(server); // protocol: "auto"
  console.log(client.server?.era, client.server?.protocolVersion);
}
