/*
 * One measure of one client, in a process of its own: `node bench/worker.mjs <client> <run> <JSON of its arguments>`.
 * Prints one line of JSON: the figures, or `{"unavailable": …}` when the client has no such thing.
 */
import { RUNS } from "./runs.mjs";

const [client, run, given] = process.argv.slice(2);

/** Loads the client on first use: what that takes is part of the first connection. */
async function open(wire, options) {
  const { open: connect } = await import(`./clients/${client}.mjs`);
  return await connect(wire, options);
}

let figures;
try {
  figures = await RUNS[run](open, JSON.parse(given));
} catch (error) {
  // Ours, of a server it cannot be configured for.
  if (error.code !== "CONFIG") throw error;
  figures = { unavailable: error.message };
}
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
