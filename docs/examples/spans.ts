import { onTelemetry } from "caduceus";

/** What a tracer of OpenTelemetry has, as far as it is needed here. */
export interface Tracer {
  startSpan(name: string, options: { attributes: Record<string, string | number> }): Span;
}

export interface Span {
  setAttribute(name: string, value: string | number): unknown;
  addEvent(name: string, attributes?: Record<string, string | number>): unknown;
  setStatus(status: { code: 1 | 2; message?: string }): unknown;
  end(): void;
}

const OK = 1;
const ERROR = 2;

/** One span for each operation, with what happens to it as its events. Returns how to stop. */
export function traceOperations(tracer: Tracer): () => void {
  const spans = new Map<string, Span>();
  const keyOf = ({ client, operation }: { client: string; operation: number | undefined }) => `${client} ${operation}`;
  const stops = [
    onTelemetry("caduceus:operation.start", (message) => {
      const { client, method, name } = message;
      const attributes = { "mcp.client.name": client, "mcp.method.name": method };
      spans.set(keyOf(message), tracer.startSpan(name === undefined ? method : `${method} ${name}`, { attributes }));
    }),
    onTelemetry("caduceus:operation.retry", (message) => {
      spans.get(keyOf(message))?.addEvent("retry", { attempt: message.attempt, outcome: message.outcome });
    }),
    onTelemetry("caduceus:operation.timeout", (message) => {
      spans.get(keyOf(message))?.addEvent("timeout", { limit: message.limit, after: message.after });
    }),
    onTelemetry("caduceus:operation.end", (message) => {
      const { ok, isError, code, rpcCode, attempts } = message;
      const span = spans.get(keyOf(message));
      spans.delete(keyOf(message));
      span?.setAttribute("mcp.attempts", attempts);
      if (rpcCode !== undefined) span?.setAttribute("rpc.jsonrpc.error_code", rpcCode);
      span?.setStatus(ok && !isError ? { code: OK } : { code: ERROR, message: code ?? "tool error" });
      span?.end();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    for (const span of spans.values()) span.end();
  };
}
