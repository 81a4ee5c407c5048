/* Tables of what bench/bench.mjs has written: lines of JSON in, rows of cells out. */
import { clientsOf, MEASURES } from "./measures.mjs";
import { medianOf, rounded, spreadOf } from "./statistics.mjs";

/** What is not sampled by a worker, in the form of the others. */
const OTHERS = [
  {
    name: "import",
    title: "cold import",
    figures: { wall: "ms", cpu: "CPU-ms" },
    clients: ["v2", "caduceus"],
    goal: { to: "v2", ratio: 0.6 },
  },
  {
    name: "size",
    title: "installed, with dependencies",
    figures: { megabytes: "MB", files: "files", packages: "packages" },
    clients: ["v1", "v2", "caduceus"],
    goal: { to: "v2", ratio: 1 },
  },
];

const COLUMNS = ["floor", "v1", "v2", "caduceus"];

/** Every measure with its samples, in the order of bench/measures.mjs; those without any are left out. */
export function resultsOf(lines) {
  return [...MEASURES, ...OTHERS].flatMap((measure) => {
    const clients = clientsOf(measure).flatMap((client) => {
      const taken = lines.filter((line) => line.measure === measure.name && line.client === client);
      return taken.length === 0 ? [] : [[client, taken]];
    });
    return clients.length === 0 ? [] : [{ measure, samples: new Map(clients) }];
  });
}

/** One row for the figure that counts of each measure, and what we want of it. */
export function tableOf(lines) {
  const rows = resultsOf(lines).map((result) => {
    const { measure } = result;
    const [[key, unit]] = Object.entries(measure.figures);
    const cells = COLUMNS.map((client) => cellOf(result, client, key));
    const ratios = ["v1", "v2"].map((other) => ratioOf(result, other)).map((ratio) => ratio?.toFixed(2) ?? "–");
    return [measure.title, unit, ...cells, ...ratios, goalOf(result)];
  });
  return [["median ± half the range", "", ...COLUMNS, "to v1", "to v2", "goal"], ...rows];
}

/** Every other figure of every measure. */
export function detailsOf(lines) {
  const rows = resultsOf(lines).flatMap((result) =>
    Object.entries(result.measure.figures)
      .slice(1)
      .map(([key, unit]) => [
        result.measure.title,
        key === unit ? unit : `${key}, ${unit}`,
        ...COLUMNS.map((client) => cellOf(result, client, key)),
      ]),
  );
  return [["median ± half the range", "", ...COLUMNS], ...rows];
}

/** The figures of one client, `undefined` when there are none. */
export function valuesOf({ samples }, client, key) {
  const values = (samples.get(client) ?? []).flatMap(({ figures }) => figures?.[key] ?? []);
  return values.length === 0 ? undefined : values;
}

function cellOf(result, client, key) {
  const taken = result.samples.get(client);
  if (taken === undefined) return "–";
  const values = valuesOf(result, client, key);
  if (values === undefined) return taken[0].error === undefined ? "not available" : "failed";
  const median = rounded(medianOf(values)).toLocaleString("en", { maximumFractionDigits: 3 });
  return values.length === 1 || medianOf(values) === 0 ? median : `${median} ±${Math.round(100 * spreadOf(values))} %`;
}

/** Ours by theirs, of the figure that counts. */
export function ratioOf(result, other) {
  const [key] = Object.keys(result.measure.figures);
  const [ours, theirs] = ["caduceus", other].map((client) => valuesOf(result, client, key));
  return ours === undefined || theirs === undefined ? undefined : medianOf(ours) / medianOf(theirs);
}

function goalOf(result) {
  const { goal } = result.measure;
  if (goal === undefined) return "";
  const ratio = ratioOf(result, goal.to);
  const text = `${goal.to} × ${goal.ratio}`;
  if (ratio === undefined) return text;
  const lost = goal.lost === undefined ? undefined : valuesOf(result, "caduceus", "lost");
  const isMet = ratio <= goal.ratio && (lost === undefined || Math.max(...lost) <= goal.lost);
  return `${text}: ${isMet ? "met" : "missed"}`;
}
