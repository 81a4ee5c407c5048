#!/usr/bin/env node
import { type Command, parseCommand } from "./command.js";
import { usage } from "./usage.js";

// The exit code is set and the program left to end by itself: were anything still running, it would show.
process.exitCode = await run(parseCommand(process.argv.slice(2)));

/** Does what was asked for; resolves with the exit code. Each command loads what it needs. */
async function run(command: Command): Promise<number> {
  switch (command.type) {
    case "help":
      process.stdout.write(usage);
      return 0;
    case "version": {
      const { VERSION } = await import("../version.js");
      process.stdout.write(`${VERSION}\n`);
      return 0;
    }
    case "demo": {
      const { runDemo } = await import("./run-demo.js");
      return await runDemo(command);
    }
    case "wrong":
      process.stderr.write(`${command.message}\n\n${usage}`);
      return 2;
  }
}
