/*
 * What is measured, how much of it, and what we want of it. `run` names a function of bench/runs.mjs, which is called
 * with `with` in a process of its own for each client and round. The first of `figures` is what goals and ratios are about.
 */
export const CLIENTS = [
  { name: "floor", package: undefined },
  { name: "v1", package: "@modelcontextprotocol/sdk" },
  { name: "v2", package: "@modelcontextprotocol/client" },
  { name: "caduceus", package: "caduceus" },
];

const CALL = { cpu: "CPU-µs", perSecond: "calls/s", p50: "µs", p99: "µs" };
const UPDATE = { cpu: "CPU-µs", perSecond: "updates/s", lost: "lost" };

const IN_FLIGHT = [1, 10, 100, 1_000, 10_000];
const CONNECTIONS = [1, 10, 50, 200];

export const MEASURES = [
  ...[
    ["memory", 1, 15_000, undefined],
    ["memory", 64, 20_000, undefined],
    ["stdio", 1, 4_000, undefined],
    ["stdio", 64, 30_000, { to: "v1", ratio: 0.6 }],
    ["http", 1, 500, undefined],
    ["http", 64, 1_200, { to: "v1", ratio: 0.25 }],
  ].map(([wire, inFlight, calls, goal]) => ({
    name: `call-${wire}-${inFlight}`,
    title: `tools/call, ${wire}, ${inFlight === 1 ? "one at a time" : `${inFlight} in flight`}`,
    run: "calls",
    with: { wire, inFlight, calls },
    figures: CALL,
    goal,
  })),
  ...[
    ["stdio", { to: "v1", ratio: 0.2, lost: 0 }],
    ["http", { to: "v1", ratio: 0.3, lost: 0 }],
  ].map(([wire, goal]) => ({
    name: `progress-${wire}`,
    title: `progress notification, ${wire}`,
    run: "progress",
    with: { wire, count: 100_000 },
    figures: UPDATE,
    goal,
  })),
  ...[false, true].map((isFollowed) => ({
    name: isFollowed ? "heap-progress" : "heap",
    title: `heap of a pending call${isFollowed ? " with progress" : ""}`,
    run: "heap",
    with: { pending: 10_000, isFollowed },
    figures: { bytes: "B" },
    goal: { to: "v1", ratio: 0.8 },
  })),
  {
    name: "connect-first",
    title: "first import and connect, stdio",
    run: "connectFirst",
    with: {},
    figures: { cpu: "CPU-ms", wall: "ms" },
  },
  {
    name: "connect",
    title: "connect again, stdio",
    run: "connectAgain",
    with: { times: 6 },
    figures: { cpu: "CPU-ms", wall: "ms" },
  },
  {
    name: "list",
    title: "tools/list of 500 tools, stdio",
    run: "list",
    with: { times: 60 },
    figures: { cpu: "CPU-µs", p50: "µs" },
  },
  {
    name: "large",
    title: "one line of 32 MB, stdio",
    run: "large",
    with: { sizes: [8, 32] },
    figures: { cpu: "CPU-ms", growth: "of linear" },
    goal: { to: "v1", ratio: 0.1 },
  },
  {
    name: "restart",
    title: "kill −9 to the next answer",
    run: "restart",
    with: { times: 6 },
    figures: { wall: "ms" },
    clients: ["caduceus"],
  },
  {
    name: "restart-at-once",
    title: "the same without a backoff",
    run: "restart",
    with: { times: 8, backoff: { initial: 1 } },
    figures: { wall: "ms" },
    clients: ["caduceus"],
  },
  ...IN_FLIGHT.map((inFlight) => ({
    name: `scale-in-flight-${inFlight}`,
    title: `tools/call, stdio, ${inFlight.toLocaleString("en")} in flight`,
    run: "calls",
    with: { wire: "stdio", inFlight, calls: inFlight === 1 ? 4_000 : Math.max(10_000, 2 * inFlight) },
    figures: CALL,
    curve: { name: "in-flight", at: inFlight },
  })),
  ...CONNECTIONS.map((connections) => ({
    name: `scale-connections-${connections}`,
    title: `tools/call, memory, ${connections} connections`,
    run: "calls",
    with: { wire: "memory", inFlight: 1, calls: 10_000, connections },
    figures: CALL,
    curve: { name: "connections", at: connections },
  })),
];

/** What a client cannot be asked for: it has no such thing. */
export const clientsOf = (measure) => measure.clients ?? CLIENTS.map(({ name }) => name);
