export interface Lines {
  readonly total: number;
  readonly covered: number;
}
export function listedIn(page: string): Map<string, string>;
export function faultsOf(lines: ReadonlyMap<string, Lines>, listed: ReadonlyMap<string, string>): string[];
