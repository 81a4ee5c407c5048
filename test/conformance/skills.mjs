/*
 * What a host has to check before it uses a skill's files (SEP-2640, Integrity and Verification): each file against its
 * entry's size and digest, the frontmatter of SKILL.md against the entry's, and nothing further once one of them fails.
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";

/** Reads a skill's own file first, then the others. @throws when one is not what the entry says it is. */
export async function loadSkill({ uri, frontmatter, resources }, read) {
  const files = [...resources].sort((a, b) => Number(b.uri === uri) - Number(a.uri === uri));
  for (const entry of files) {
    const [content] = (await read(entry.uri)).contents;
    const bytes = "blob" in content ? Buffer.from(content.blob, "base64") : Buffer.from(content.text, "utf8");
    verify(entry, bytes);
    if (entry.uri === uri) compareFrontmatter(entry.uri, frontmatter, bytes.toString("utf8"));
  }
}

function verify({ uri, digest, size }, bytes) {
  if (bytes.length !== size) throw new Error(`Expected ${uri} to have ${size} bytes, got ${bytes.length}`);
  const [algorithm] = digest.split(":");
  const actual = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
  if (actual !== digest) throw new Error(`Expected ${uri} to have the digest of its entry`);
}

function compareFrontmatter(uri, expected, text) {
  const match = /^---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/.exec(text);
  if (match === null || !isDeepStrictEqual(parse(match[1]), expected)) {
    throw new Error(`Expected the frontmatter of ${uri} to be that of its entry`);
  }
}
