/*
 * The raw servers of the benchmarks: `node bench/server.mjs stdio` or `node bench/server.mjs http`, which tells its port
 * on stdout. Besides what bench/answers.mjs says they have three tools:
 *
 * - `progress` sends `count` progress notifications as fast as they are taken, then its result, in one stream;
 * - `large` answers with a text of `bytes`;
 * - `hang` does not answer.
 */
import { createServer } from "node:http";
import { answerOf, messageOf, progressOf } from "./answers.mjs";

/** Characters of progress notifications that go in one write. */
const PART = 64 * 1024;

const OK = '"result":{"content":[{"type":"text","text":"ok"}]}';

/** Writes what is not answered at once; `frame` puts one message into the wire's form. */
async function answerLater({ id, params }, frame, write) {
  const { name, arguments: args } = params;
  if (name === "large") {
    const text = "x".repeat(args.bytes);
    await write(frame(messageOf(id, `"result":{"content":[{"type":"text","text":"${text}"}]}`)));
  } else if (name === "progress") {
    const token = JSON.stringify(params._meta.progressToken);
    let part = "";
    for (let progress = 1; progress <= args.count; progress++) {
      part += frame(progressOf(token, progress));
      if (part.length < PART) continue;
      await write(part);
      part = "";
    }
    await write(part + frame(messageOf(id, OK)));
  }
}

/** Resolves when more may be written. */
function writer(stream) {
  return (text) => (stream.write(text) ? undefined : new Promise((resolve) => stream.once("drain", resolve)));
}

function serveStdio() {
  const write = writer(process.stdout);
  const frame = (message) => `${message}\n`;
  let rest = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    let answers = "";
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.id === undefined) continue;
      const answer = answerOf(message);
      if (answer === undefined) void answerLater(message, frame, write);
      else answers += frame(messageOf(message.id, answer));
    }
    if (answers !== "") process.stdout.write(answers);
  });
  process.stdin.on("end", () => process.exit());
}

function serveHttp() {
  const server = createServer((request, response) => {
    if (request.method !== "POST") {
      response.writeHead(405).end();
      return;
    }
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => void answerHttp(JSON.parse(body), response));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
  // Whoever started it holds its stdin.
  process.stdin.resume().on("end", () => process.exit());
}

async function answerHttp(message, response) {
  if (message.id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const answer = answerOf(message);
  if (answer !== undefined) {
    response.writeHead(200, { "content-type": "application/json" }).end(messageOf(message.id, answer));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  await answerLater(message, (text) => `data: ${text}\n\n`, writer(response));
  if (message.params.name !== "hang") response.end();
}

if (process.argv[2] === "http") serveHttp();
else serveStdio();
