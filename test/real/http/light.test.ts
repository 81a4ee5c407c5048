import { spawn } from "node:child_process";
import { Script, say, scriptedHttp } from "caduceus/testing";
import { expect, test } from "vitest";
import { endOf } from "../../support/children.js";

/** Runs a program as an ES module of its own, to its end. */
async function run(program: string) {
  return await endOf(spawn(process.execPath, ["--input-type=module", "--eval", program], { cwd: process.cwd() }));
}

const loaded = `
  import { createRequire } from "node:module";
  const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("undici"));
`;

test("a client of a child process does not load the HTTP stack", async () => {
  const end = await run(`${loaded}
    import { connect } from "caduceus";
    import { Script, scriptedStdio } from "caduceus/testing";
    const client = await connect(scriptedStdio(new Script()));
    await client.close();
    console.log(isLoaded());
  `);

  expect(end).toMatchObject({ code: 0, stdout: "false\n" });
});

test("after close() over HTTP nothing is left, and Node exits by itself", async () => {
  await using server = await scriptedHttp(new Script().tool("hello", say("hello")));
  const end = await run(`${loaded}
    import { connect } from "caduceus";
    const client = await connect(${JSON.stringify(server.entry)});
    await client.callTool("hello");
    await client.close();
    // What is empty is closed at the end of the turn.
    await new Promise(setImmediate);
    console.log(isLoaded(), process.getActiveResourcesInfo().filter((what) => /TCP|Timeout/.test(what)).length);
  `);

  expect(end).toMatchObject({ code: 0, stdout: "true 0\n" });
  expect(server.sockets.open).toBe(0);
  expect(server.received.at(-1)?.method).toBe("DELETE");
});
