/**
 * The program behind `scriptedStdio`: plays the script in its argument over stdin and stdout, and exits when stdin ends.
 */
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { LineSplitter } from "../transport/lines.js";
import type { ScriptData } from "./script.js";
import { ScriptedPeer } from "./scripted-peer.js";

const [, , encoded = ""] = process.argv;
const script = JSON.parse(inflateSync(Buffer.from(encoded, "base64")).toString("utf8")) as ScriptData;

const peer = new ScriptedPeer(script, {
  write: (text) => void process.stdout.write(text),
  // Synchronously, so that it is out before a `die` that follows.
  log: (line) => writeSync(2, `${line}\n`),
  die: ({ code, signal }) => {
    if (code === undefined) process.kill(process.pid, signal ?? "SIGKILL");
    else process.exit(code);
  },
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  read: (isReading) => void (isReading ? process.stdin.resume() : process.stdin.pause()),
  leaveBehind: () => {
    const stayer = spawn(process.execPath, ["-e", "setInterval(() => {}, 1_000_000)"], { stdio: ["ignore", 1, 2] });
    writeSync(2, `left behind: ${stayer.pid}\n`);
  },
});

const lines = new LineSplitter();
process.stdin.on("data", (chunk: Buffer) => lines.push(chunk, (line) => peer.receive(JSON.parse(line))));
process.stdin.on("end", () => {
  if (!script.isStubborn) process.exit(0);
});
if (script.isStubborn) {
  process.on("SIGTERM", () => undefined);
  setInterval(() => undefined, 1_000_000);
}
