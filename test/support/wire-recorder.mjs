// Preloaded into the programs that tests start, and the programs that those start: writes down what their clients send, in
// the file that this module's own URL names, at once, so that it is there however the program ends.
import { openSync, writeSync } from "node:fs";
import { onSent } from "./wire-source.mjs";

const file = openSync(new URL(import.meta.url).searchParams.get("to"), "a");

onSent(({ incarnation, text, protocolVersion }) => {
  writeSync(file, `${JSON.stringify({ incarnation, text, protocolVersion })}\n`);
});
