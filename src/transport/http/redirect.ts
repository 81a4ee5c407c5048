/** What a redirecting response comes to. */
export type Redirection =
  | { readonly to: URL }
  /** It is not followed; the reason shows no path and no query. */
  | { readonly refused: string };

/** Redirects of one request that are followed. */
const MOST_REDIRECTS = 5;

/** Whether a status asks for the same request at another address. 303 asks for a GET instead, which is none. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 307 || status === 308;
}

/** Where a request goes next: only within its own origin, since its credentials go with it. */
export function redirection(from: URL, location: string | undefined, followed: number): Redirection {
  if (location === undefined || !URL.canParse(location, from.href)) return { refused: "without a usable `Location`" };
  const to = new URL(location, from);
  if (to.origin !== from.origin) {
    return { refused: `to another origin, ${to.origin}: give that one as \`url\` if it is right` };
  }
  if (followed >= MOST_REDIRECTS) return { refused: `more than ${MOST_REDIRECTS} times` };
  to.username = "";
  to.password = "";
  return { to };
}
