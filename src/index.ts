/**
 * `caduceus`: a supervised MCP client with live progress.
 *
 * @module
 */
export type { Client, CloseOptions, CompleteOptions, CompletionReference } from "./client/client.js";
export { connect } from "./client/connect.js";
export type { ClientEvents, EventName, LogLevel, LogMessage } from "./client/events.js";
export type {
  ElicitationHandler,
  ElicitationRequest,
  ElicitationResult,
  FormRequest,
  HandlerContext,
  Root,
  SamplingHandler,
  SamplingRequest,
  SamplingResult,
  UrlRequest,
} from "./client/handlers/types.js";
export type { ListOptions, ReadOptions } from "./client/lists/lists.js";
export type { OperationPromise } from "./client/operation-promise.js";
export type { ConnectOptions, Server, Transport } from "./client/options.js";
export type { ReadyOptions } from "./client/readiness.js";
export { type ClientSpecOptions, clientOf, clientSpec } from "./client/spec.js";
export type { ResourceHandler, Subscription } from "./client/subscriptions/subscriptions.js";
export type { Backoff } from "./connection/backoff.js";
export type { DroppedKind, ServiceState, Stats } from "./connection/settings.js";
export {
  createOperation,
  type Operation,
  type OperationInit,
  type ProgressCallback,
  type ProgressOption,
  type ProgressUpdate,
  type RequestOptions,
} from "./operation/operation.js";
export { generateProgressToken } from "./operation/token.js";
export type { AttemptOutcome, ErrorCode } from "./protocol/base-error.js";
export {
  CaduceusError,
  CancelledError,
  CapabilityError,
  ConfigError,
  ConnectionClosedError,
  ConnectionLostError,
  InvalidRequestError,
  InvalidResultError,
  OverloadedError,
  ProtocolError,
  type TimeLimit,
  TimeoutError,
} from "./protocol/errors.js";
export { HttpError, MessageTooLargeError, UnauthorizedError } from "./protocol/http-errors.js";
export type { Implementation, LegacyVersion, ServerInfo } from "./protocol/legacy.js";
export type { Params, ProgressToken } from "./protocol/message.js";
export type { ModernVersion } from "./protocol/modern.js";
export type {
  CallToolResult,
  CompleteResult,
  DiscoverResult,
  EmptyResult,
  GetPromptResult,
  KnownMethod,
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
  ReadResourceResult,
  ResultByMethod,
  Tool,
} from "./protocol/results.js";
export type { StandardResult, StandardSchema } from "./protocol/standard-schema.js";
export type { ProtocolChoice } from "./protocol/versions.js";
export { onTelemetry, type Telemetry, type TelemetryChannel, telemetryChannels } from "./telemetry/channels.js";
export type { PayloadKinds, TelemetryOptions } from "./telemetry/options.js";
export type { StdioServer } from "./transport/child.js";
export type { Fetch } from "./transport/http/fetch-carrier.js";
export type { Auth, HttpServer } from "./transport/http/server.js";
export { memoryTransport, type ServerEnd } from "./transport/memory.js";
export type { SdkTransport } from "./transport/sdk.js";
export type {
  Frame,
  MessageHead,
  RequestFailure,
  TransportDefinition,
  TransportEnd,
  TransportNews,
  TransportProtocol,
  TransportRef,
  TransportSetup,
} from "./transport/transport.js";
