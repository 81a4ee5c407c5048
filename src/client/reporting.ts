import type { Runtime } from "../../actors/index.js";
import type { Answerer } from "../connection/answers.js";
import { isRecord } from "../protocol/message.js";
import { Reporter } from "../telemetry/reporter.js";
import { isSecretKey } from "../telemetry/secrets.js";
import { endpointOf } from "../transport/http/server.js";
import type { Server } from "./options.js";
import type { ClientPlan } from "./start.js";

/** What tells of a client on the channels of telemetry. */
export function reporterOf({ name, server, options }: ClientPlan, runtime: Runtime): Reporter {
  const { payloads, maxLength } = options.telemetry;
  // Looked for only where something could be shown.
  const secrets = payloads === false ? [] : secretsOf(server);
  return new Reporter({ client: name, clock: runtime.clock, payloads, maxLength, secrets });
}

/** Tells what is asked of the host, and what comes of it. */
export function reported(answer: Answerer, reporter: Reporter): Answerer {
  const answerAndTell: Answerer = async (request, signal) => {
    const given = await answer(request, signal);
    if (request.method === "roots/list" && "result" in given) reporter.roots("asked", countOf(given.result));
    return given;
  };
  return (request, signal) =>
    reporter.watchesRequests
      ? reporter.answering(request, () => answerAndTell(request, signal))
      : answerAndTell(request, signal);
}

function countOf(result: unknown): number {
  return isRecord(result) && Array.isArray(result.roots) ? result.roots.length : 0;
}

/** What of a server's entry no payload may show: the values of its environment and headers, and what its URL hides. */
function secretsOf(server: Server): readonly string[] {
  if ("command" in server) return [...Object.values(server.env ?? {}), ...secretArguments(server.args ?? [])];
  if (!("url" in server)) return [];
  const { url, headers } = endpointOf(server);
  const { username, password } = new URL(server.url);
  const values = [
    ...Object.values(headers),
    ...url.searchParams.values(),
    username,
    decoded(username),
    decoded(password),
  ];
  // Of `Bearer …` also the token alone.
  return [...values, password, ...values.flatMap((value) => value.split(/\s+/).slice(1))];
}

/** The values of arguments that are called secret: `--token=…` and `--token …`. Others, paths above all, are not. */
function secretArguments(args: readonly string[]): string[] {
  return args.flatMap((argument, index) => {
    const [name = "", ...rest] = argument.split("=");
    if (!name.startsWith("-") || !isSecretKey(name, "")) return [];
    const value = rest.length > 0 ? rest.join("=") : args[index + 1];
    return value === undefined ? [] : [value];
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
