/** An xstate machine's config as the body of a Mermaid code block. */
export function drawMachine(config: object): string;

/** The page with the drawing between its markers, whatever was there before. */
export function insertDrawing(page: string, drawing: string): string;
