/*
 * A guard for CI: `npm run bench:check`. Ratios to the official SDK's clients, measured side by side within a minute, with
 * limits far enough from what they are that a busy machine does not reach them, and near enough that a blunder does:
 * something quadratic, a queue that holds everything, a schema parsed per message, a package loaded at import.
 *
 * A ratio is that of the least CPU time of a few rounds, which other work on the machine can only make greater.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { sampleOf } from "./sample.mjs";
import { linesOf, rounded } from "./statistics.mjs";

const CHECKS = [
  {
    title: "tools/call, stdio, 64 in flight, to v1",
    measure: { run: "calls", with: { wire: "stdio", inFlight: 64, calls: 15_000 } },
    rounds: 3,
    to: "v1",
    most: 1.4,
  },
  {
    title: "progress notification, stdio, to v1",
    measure: { run: "progress", with: { wire: "stdio", count: 20_000 } },
    rounds: 2,
    to: "v1",
    most: 0.4,
    isNothingLost: true,
  },
  {
    title: "a byte of a 32 MB line, to one of an 8 MB line",
    measure: { run: "large", with: { sizes: [8, 32] } },
    figure: "growth",
    rounds: 2,
    most: 2,
  },
];

const rows = [["", "got", "at most"]];
let failures = 0;
for (const { title, measure, rounds, to, most, figure = "cpu", isNothingLost = false } of CHECKS) {
  const clients = to === undefined ? ["caduceus"] : ["caduceus", to];
  const least = Object.fromEntries(clients.map((client) => [client, Number.POSITIVE_INFINITY]));
  for (let round = 0; round < rounds; round++) {
    for (const client of round % 2 === 0 ? clients : clients.toReversed()) {
      const figures = await sampleOf(client, measure);
      least[client] = Math.min(least[client], figures[figure]);
      if (client === "caduceus" && isNothingLost) judge(`${title.split(",")[0]}s lost`, figures.lost, 0);
    }
  }
  judge(title, to === undefined ? least.caduceus : least.caduceus / least[to], most);
}
process.stdout.write(`${linesOf(rows).join("\n")}\n`);

// Has a limit, a table and an exit status of its own.
const script = fileURLToPath(new URL("import.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [script, "--check", "--rounds", "15"], {
  stdio: ["ignore", "ignore", "inherit"],
});
if (status !== 0) failures++;

if (failures > 0) {
  process.stderr.write(`${failures} ratios are above their limit.\n`);
  process.exitCode = 1;
}

function judge(title, got, most) {
  if (got > most) failures++;
  rows.push([title, String(rounded(got)), got > most ? `${most}: exceeded` : `${most}`]);
}
