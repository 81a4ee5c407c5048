/** What happens, row by row. */
export const happenings: readonly string[];

/** The page with the table between its markers, whatever was there before. */
export function insertTable(page: string, table: string): string;
