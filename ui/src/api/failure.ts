import type { ApiError, ErrorCode, FieldError } from "./generated/wire";

/** The server's codes, and those that only a client can know: no answer, and a desktop app whose parts did not start. */
export type FailureCode = ErrorCode | "no_answer" | "start_failed";

/** Every error that a screen can meet. Texts are chosen by `code`. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: FailureCode;
  readonly fields: FieldError[];
  readonly details: Record<string, unknown>;
  readonly retryAfterS: number | null;
  readonly requestId: string | null;

  constructor(error: Omit<ApiError, "code"> & { code: FailureCode }, readonly status: number) {
    super(error.message);
    this.code = error.code;
    this.fields = error.fields ?? [];
    this.details = error.details ?? {};
    this.retryAfterS = error.retry_after_s ?? null;
    this.requestId = error.request_id === "" ? null : error.request_id;
  }

  static noAnswer(message: string): ApiFailure {
    return new ApiFailure({ code: "no_answer", message, request_id: "" }, 0);
  }
}

export function isApiError(value: unknown): value is ApiError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value
    && typeof value.code === "string" && typeof value.message === "string";
}

/** Any thrown value as a failure. */
export function asFailure(cause: unknown): ApiFailure {
  if (cause instanceof ApiFailure) return cause;
  return ApiFailure.noAnswer(cause instanceof Error ? cause.message : String(cause));
}

/** Whether trying the same again later may work, so that what a person typed belongs in the outbox. */
export const isTransient = (failure: ApiFailure): boolean =>
  failure.code === "no_answer" || failure.code === "unavailable" || failure.code === "in_progress" || failure.code === "internal"
  || failure.code === "too_many_tries" || failure.code === "token_expired" || failure.code === "not_signed_in";
