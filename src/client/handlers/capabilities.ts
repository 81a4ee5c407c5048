import { ConfigError } from "../../protocol/errors.js";
import { isRecord, type Params } from "../../protocol/message.js";

/** What of the options of `connect` says what the client can do for a server. */
export interface Abilities {
  readonly roots?: unknown;
  readonly onSampling?: unknown;
  readonly onElicitation?: unknown;
  readonly capabilities?: Params | undefined;
  readonly extensions?: Params | undefined;
}

/** Capabilities that are nothing without a handler, and the option that gives it. */
const HANDLED = { roots: "roots", sampling: "onSampling", elicitation: "onElicitation" } as const;

/**
 * What a client declares: what its handlers make possible, unless `capabilities` says it more exactly, and the
 * extensions.
 *
 * Source: MCP specification, revision 2025-11-25, "Roots", "Sampling", "Elicitation", each under Capabilities.
 *
 * @throws {ConfigError} for a capability whose handler is not given.
 */
export function clientCapabilities({ capabilities = {}, extensions, ...abilities }: Abilities): Params {
  for (const [capability, option] of Object.entries(HANDLED)) {
    if (capabilities[capability] === undefined || abilities[option as keyof typeof abilities] !== undefined) continue;
    throw new ConfigError(`Expected \`${option}\` to be given, since \`capabilities\` declares \`${capability}\``);
  }
  const { extensions: declared, ...exact } = capabilities;
  const both = { ...(isRecord(declared) ? declared : {}), ...extensions };
  return {
    ...(abilities.roots === undefined ? {} : { roots: { listChanged: true } }),
    ...(abilities.onSampling === undefined ? {} : { sampling: {} }),
    ...(abilities.onElicitation === undefined ? {} : { elicitation: { form: {}, url: {} } }),
    ...withoutUndefined(exact),
    ...(Object.keys(both).length === 0 ? {} : { extensions: both }),
  };
}

function withoutUndefined(record: Params): Params {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** Whether `path` (`sampling.tools`) is declared. */
export function isDeclared(capabilities: Params, path: string): boolean {
  let value: unknown = capabilities;
  for (const key of path.split(".")) value = isRecord(value) ? value[key] : undefined;
  return value !== undefined && value !== false;
}

/** Whether forms may be asked for: an elicitation capability without modes means forms. */
export function takesForms({ elicitation }: Params): boolean {
  return isRecord(elicitation) && (elicitation.form !== undefined || elicitation.url === undefined);
}
