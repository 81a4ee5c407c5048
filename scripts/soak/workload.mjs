// What the callers of a soak do: one operation after the other, each checked for what it must end with.
import { CaduceusError } from "caduceus";

/** How often each is done, out of the sum. Those that end the server are rare, or nothing else would be seen. */
const MIX = [
  ["echo", 40],
  ["unsafe", 20],
  ["slow", 15],
  ["steps", 10],
  ["ping", 10],
  ["list", 5],
  ["flood", 3],
  ["noise", 3],
  ["cancel", 6],
  ["impatient", 4],
  ["badCallback", 3],
  ["hang", 2],
  ["crash", 1],
  ["orphan", 0.3],
  ["deaf", 0.3],
];

/** Errors that trouble may end an operation with; anything else is a finding. */
const EXPECTED = new Set(["TIMEOUT", "CANCELLED", "CONNECTION_LOST", "HTTP", "OVERLOADED"]);

/** Milliseconds in which every operation has to settle, whatever happens. */
const LIMIT = 15_000;

/** Does one operation after the other until `isOver`. Resolves when the last one has settled. */
export async function work({ client, random, report, isOver, name }) {
  for (let count = 0; !isOver(); count++) {
    const kind = pick(random);
    const nonce = `${name}-${count}`;
    const began = performance.now();
    const code = await outcomeOf(client, kind, nonce, report);
    const took = performance.now() - began;
    report.settled(kind, code, took);
    if (took > LIMIT + 2_000) report.finding(`${kind} took ${Math.round(took)} ms`);
  }
}

async function outcomeOf(client, kind, nonce, report) {
  try {
    await perform(client, kind, nonce);
    return "ok";
  } catch (error) {
    if (!(error instanceof CaduceusError)) report.finding(`${kind} failed with what is no error of ours: ${error}`);
    else if (!EXPECTED.has(error.code)) report.finding(`${kind} failed with ${error.code}: ${error.message}`);
    return error.code ?? "unknown";
  }
}

async function perform(client, kind, nonce) {
  const limits = { timeout: 5_000, maxTimeout: LIMIT };
  switch (kind) {
    case "ping":
      return await client.ping(limits);
    case "list":
      return await client.listTools(limits);
    case "hang":
      return await client.callTool("hang", {}, { timeout: 100, maxTimeout: LIMIT });
    case "deaf":
    case "crash":
    case "orphan":
      return await client.callTool(kind, {}, { timeout: 500, maxTimeout: LIMIT });
    case "impatient":
      return check(await client.callTool("slow", { nonce }, { timeout: 20, maxTimeout: LIMIT }), nonce);
    case "cancel": {
      const call = client.callTool("slow", { nonce }, limits);
      setImmediate(() => call.cancel("changed my mind"));
      return check(await call, nonce);
    }
    case "badCallback": {
      const callback = () => {
        throw new Error("a callback that throws");
      };
      return check(await client.callTool("steps", { nonce }, { ...limits, progress: callback }), nonce);
    }
    case "flood":
    case "steps":
      return await followed(client, kind, nonce, limits);
    default:
      return check(await client.callTool(kind, { nonce }, limits), nonce);
  }
}

/** Progress has to increase within an attempt, and to be over when the result comes. */
async function followed(client, tool, nonce, limits) {
  let attempt = 0;
  let last = 0;
  let isOver = false;
  const progress = (update) => {
    if (isOver) throw new Unexpected("progress after the result");
    if (update.attempt === attempt && update.progress <= last) throw new Unexpected("progress out of order");
    attempt = update.attempt;
    last = update.progress;
  };
  try {
    check(await client.callTool(tool, { nonce }, { ...limits, progress }), nonce);
  } finally {
    isOver = true;
  }
}

/** @throws when it is another call's answer. */
function check(result, nonce) {
  if (!result.content[0].text.includes(nonce)) throw new Unexpected("an answer to another call");
}

class Unexpected extends Error {}

function pick(random) {
  let left = random() * MIX.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of MIX) {
    left -= weight;
    if (left < 0) return kind;
  }
  return MIX[0][0];
}
