import { isRecord, type Params } from "../../protocol/message.js";

/** What a server shall tell. MCP 2026-07-28, "Subscriptions", Notification Filter. */
export interface Filter {
  readonly toolsListChanged: boolean;
  readonly promptsListChanged: boolean;
  readonly resourcesListChanged: boolean;
  readonly uris: readonly string[];
}

const KINDS = ["toolsListChanged", "promptsListChanged", "resourcesListChanged"] as const;

export function isEmpty(filter: Filter): boolean {
  return filter.uris.length === 0 && KINDS.every((kind) => !filter[kind]);
}

export function isSame(one: Filter, other: Filter): boolean {
  const uris = new Set(other.uris);
  return (
    KINDS.every((kind) => one[kind] === other[kind]) &&
    one.uris.length === uris.size &&
    one.uris.every((uri) => uris.has(uri))
  );
}

export function without(filter: Filter, uris: readonly string[]): Filter {
  return { ...filter, uris: filter.uris.filter((uri) => !uris.includes(uri)) };
}

/** As the parameter of `subscriptions/listen`: what is not wanted is left out. */
export function toParams(filter: Filter): Params {
  const kinds = Object.fromEntries(KINDS.filter((kind) => filter[kind]).map((kind) => [kind, true]));
  return filter.uris.length === 0 ? kinds : { ...kinds, resourceSubscriptions: filter.uris };
}

/** The resources that a server has agreed to tell of. */
export function urisOf(acknowledgement: Params | undefined): readonly unknown[] {
  const notifications = acknowledgement?.notifications;
  const uris = isRecord(notifications) ? notifications.resourceSubscriptions : undefined;
  return Array.isArray(uris) ? uris : [];
}
