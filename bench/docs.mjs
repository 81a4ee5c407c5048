/*
 * Puts a run of bench/bench.mjs into docs/performance.md: `npm run bench:docs [-- results.jsonl …]`, by default the latest
 * of bench/results/. Several files are taken as one run: a later one replaces the measures it has.
 *
 * The plots are drawn by echarts, which renders SVG on a server without a browser or a pretended one.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { init } from "echarts";
import { MEASURES } from "./measures.mjs";
import { detailsOf, ratioOf, resultsOf, tableOf, valuesOf } from "./report.mjs";
import { fail, medianOf, rounded } from "./statistics.mjs";

const PAGE = new URL("../docs/performance.md", import.meta.url);
const PLOTS = new URL("../docs/performance/", import.meta.url);
const BETWEEN = /(<!-- bench: begin[^\n]*-->\n)[\s\S]*(<!-- bench: end -->)/;

const COLORS = { floor: "#9aa0a6", v1: "#e8893b", v2: "#b4505f", caduceus: "#2b6cb0" };
const SYMBOLS = { floor: "rect", v1: "triangle", v2: "diamond", caduceus: "circle" };
const CLIENTS = Object.keys(COLORS);

const lines = [];
for (const file of process.argv.length > 2 ? process.argv.slice(2) : [latest()]) {
  const more = readFileSync(file, "utf8").trim().split("\n").map(JSON.parse);
  const replaced = new Set(more.flatMap(({ measure }) => measure ?? []));
  for (let n = lines.length - 1; n >= 0; n--) if (replaced.has(lines[n].measure)) lines.splice(n, 1);
  lines.push(...more);
}
const about = lines.find((line) => line.about === "run");

mkdirSync(PLOTS, { recursive: true });
draw("ratios", barsOf(resultsOf(lines)), 560);
draw("in-flight", curveOf("in-flight", "calls in flight on one connection, stdio"), 360);
draw("connections", curveOf("connections", "connections in memory, one call at a time on each"), 360);

const page = readFileSync(PAGE, "utf8");
if (!BETWEEN.test(page)) fail("Expected docs/performance.md to have a place for the tables.");
writeFileSync(
  PAGE,
  page.replace(
    BETWEEN,
    (_, begin, end) => `${begin}${[header(), "", ...markdown(tableOf(lines)), "", detail()].join("\n")}\n${end}`,
  ),
);

function latest() {
  const results = new URL("results/", import.meta.url);
  const file = readdirSync(results).toSorted().at(-1);
  return new URL(file, results);
}

function header() {
  const versions = Object.values(about.versions).map((version) => `\`${version}\``);
  // A run that was stopped has fewer rounds of what came last; what is taken once has rounds of its own.
  const counts = resultsOf(lines).flatMap(({ samples }) => [...samples.values()].map((taken) => taken.length));
  const rounds = counts.filter((count) => count > 1);
  const span = [...new Set([Math.min(...rounds), Math.max(...rounds)])].join(" to ");
  return `${about.date.slice(0, 10)}, Node ${about.node}, ${about.machine}, ${span} rounds. ${versions.join(", ")}.`;
}

function detail() {
  return [
    "<details>",
    "<summary>The other figures</summary>",
    "",
    ...markdown(detailsOf(lines)),
    "",
    "</details>",
  ].join("\n");
}

function markdown([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column < 2 ? "---" : "---:"))), ...rows.map(line)];
}

/** The figure that counts of each measure, as a share of v1's. */
function barsOf(results) {
  const measured = results
    .filter((result) => result.measure.curve === undefined && ratioOf(result, "v1") !== undefined)
    .toReversed();
  const share = (result, client) => {
    const [key] = Object.keys(result.measure.figures);
    const [values, base] = [client, "v1"].map((name) => valuesOf(result, name, key));
    return values === undefined ? undefined : rounded(medianOf(values) / medianOf(base));
  };
  return {
    grid: { left: 250, right: 40, top: 50, bottom: 50 },
    xAxis: { type: "log", name: "cost, v1 = 1", nameLocation: "middle", nameGap: 30, min: 0.01, max: 10 },
    yAxis: { type: "category", data: measured.map(({ measure }) => measure.title), axisTick: { show: false } },
    series: CLIENTS.filter((client) => client !== "v1").map((client) => ({
      name: client,
      type: "scatter",
      symbol: SYMBOLS[client],
      symbolSize: 11,
      itemStyle: { color: COLORS[client] },
      data: measured.map((result) => share(result, client)),
      ...(client === "caduceus" ? { markLine: lineAtOne() } : {}),
    })),
  };
}

function lineAtOne() {
  const lineStyle = { color: COLORS.v1, type: "solid", width: 2 };
  return { symbol: "none", silent: true, lineStyle, label: { formatter: "v1" }, data: [{ xAxis: 1 }] };
}

function curveOf(name, title) {
  const measures = MEASURES.filter(({ curve }) => curve?.name === name);
  const results = resultsOf(lines).filter(({ measure }) => measures.includes(measure));
  return {
    grid: { left: 70, right: 30, top: 50, bottom: 55 },
    xAxis: { type: "log", name: title, nameLocation: "middle", nameGap: 32 },
    yAxis: { type: "log", name: "CPU-µs per call", nameLocation: "middle", nameGap: 45 },
    series: CLIENTS.map((client) => ({
      name: client,
      type: "line",
      symbol: SYMBOLS[client],
      symbolSize: 8,
      lineStyle: { width: 2 },
      color: COLORS[client],
      data: results.flatMap((result) => {
        const values = valuesOf(result, client, "cpu");
        return values === undefined ? [] : [[result.measure.curve.at, rounded(medianOf(values))]];
      }),
    })),
  };
}

function draw(name, option, height) {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 820, height });
  const data = option.series.map((one) => one.name);
  chart.setOption({ animation: false, backgroundColor: "#ffffff", legend: { data, top: 10 }, ...option });
  // A page shows it as a picture: it needs a name, and nothing for a mouse that is over it.
  const svg = chart
    .renderToSVGString()
    .replace(/<style[\s\S]*?<\/style>\n?/, "")
    .replace(">", `><title>Cost of each client: ${name}</title>`);
  writeFileSync(new URL(`${name}.svg`, PLOTS), `${svg}\n`);
  chart.dispose();
}
