import { fileURLToPath } from "node:url";

const floors = ["actors", "supervisors", "src"].map((floor) =>
  fileURLToPath(new URL(`../../../${floor}/`, import.meta.url)),
);
const here = fileURLToPath(new URL("./", import.meta.url));

/** Whether it was made by the search for leaks itself. */
export function isOfTheSearch(stack = ""): boolean {
  return stack.includes("expect-no-leaks");
}

/** Whether any of a stack's lines is the library's, that of the leaks' own search left out. */
export function isLibraryFrame(stack = ""): boolean {
  return placesOf(stack).some(isLibrary);
}

/** Whether any of a stack's lines is neither the library's nor a dependency's. */
export function isOutsideFrame(stack = ""): boolean {
  return placesOf(stack).some(isOutside);
}

/** The line of a stack that says most: of the program's own the nearest one, otherwise the library's. */
export function whereOf(stack = ""): string | undefined {
  const places = placesOf(stack);
  return places.find(isOutside) ?? places.find(isLibrary);
}

/** The places of a stack's lines, as `path:line:column`, Node's own and those of this folder left out. */
function placesOf(stack = ""): string[] {
  const places = stack
    .split("\n")
    .map((line) => /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\).+?:\d+:\d+)\)?$/.exec(line)?.[1]);
  return places
    .filter((place) => place !== undefined)
    .map((place) => (place.startsWith("file://") ? pathOf(place) : place))
    .filter((place) => !place.startsWith(here));
}

function pathOf(place: string): string {
  const [, url = "", position = ""] = /^(.*?)(:\d+:\d+)$/.exec(place) ?? [];
  return fileURLToPath(url) + position;
}

function isLibrary(place: string): boolean {
  return floors.some((floor) => place.startsWith(floor));
}

function isOutside(place: string): boolean {
  return !isLibrary(place) && !/[\\/]node_modules[\\/]/.test(place);
}
