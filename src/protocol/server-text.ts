const LONGEST = 200;

/**
 * Text of a server's, made fit for an error's message: hosts print messages to models and terminals, so control
 * characters go and it is cut at 200 characters.
 */
export function cleanServerText(text: string): string {
  const printable = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  // A character outside of the basic plane is two units, of which the cut may leave one.
  return printable.length > LONGEST ? `${printable.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : printable;
}
