import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { FieldViolation } from '../../domain/errors.js';

/**
 * The few messages of `google.rpc` that our errors carry, written by hand: field numbers as published in
 * google/rpc/status.proto and google/rpc/error_details.proto.
 */
export type ErrorDetail =
  | { readonly kind: 'bad_request'; readonly violations: readonly FieldViolation[] }
  | { readonly kind: 'retry_info'; readonly delayMs: number }
  | {
      readonly kind: 'error_info';
      readonly reason: string;
      readonly facts: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'resource_info';
      readonly type: string;
      readonly name: string;
      readonly description: string;
    };

/** Whose reasons these are. */
const ERROR_DOMAIN = 'surgicam';

const TYPE_NAMES: Record<ErrorDetail['kind'], string> = {
  bad_request: 'google.rpc.BadRequest',
  retry_info: 'google.rpc.RetryInfo',
  error_info: 'google.rpc.ErrorInfo',
  resource_info: 'google.rpc.ResourceInfo',
};

/** Bytes of a `google.rpc.Status`, the content of the trailer `grpc-status-details-bin`. */
export function encodeStatus(code: number, message: string, details: readonly ErrorDetail[]): Uint8Array {
  const writer = new BinaryWriter().uint32(tag(1, VARINT)).int32(code).uint32(tag(2, BYTES)).string(message);
  for (const detail of details) {
    writer
      .uint32(tag(3, BYTES))
      .fork() // google.protobuf.Any
      .uint32(tag(1, BYTES))
      .string(`type.googleapis.com/${TYPE_NAMES[detail.kind]}`)
      .uint32(tag(2, BYTES))
      .bytes(encodeDetail(detail))
      .join();
  }
  return writer.finish();
}

function encodeDetail(detail: ErrorDetail): Uint8Array {
  switch (detail.kind) {
    case 'bad_request':
      return encodeBadRequest(detail.violations);
    case 'retry_info':
      return encodeRetryInfo(detail.delayMs);
    case 'error_info':
      return encodeErrorInfo(detail.reason, detail.facts);
    case 'resource_info':
      return strings([1, detail.type], [2, detail.name], [4, detail.description]);
  }
}

function encodeBadRequest(violations: readonly FieldViolation[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { field, description } of violations) {
    writer.uint32(tag(1, BYTES)).bytes(strings([1, field], [2, description]));
  }
  return writer.finish();
}

function encodeErrorInfo(reason: string, facts: Readonly<Record<string, string>>): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, text] of [
    [1, reason],
    [2, ERROR_DOMAIN],
  ] as const) {
    writer.uint32(tag(number, BYTES)).string(text);
  }
  for (const [key, value] of Object.entries(facts)) {
    writer.uint32(tag(3, BYTES)).bytes(strings([1, key], [2, value])); // an entry of a map
  }
  return writer.finish();
}

function encodeRetryInfo(delayMs: number): Uint8Array {
  const seconds = Math.floor(delayMs / 1000);
  const nanos = Math.round((delayMs - seconds * 1000) * 1e6);
  const duration = new BinaryWriter()
    .uint32(tag(1, VARINT))
    .int64(seconds)
    .uint32(tag(2, VARINT))
    .int32(nanos)
    .finish();
  return new BinaryWriter().uint32(tag(1, BYTES)).bytes(duration).finish();
}

function strings(...fields: readonly (readonly [number, string])[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, text] of fields) {
    if (text !== '') writer.uint32(tag(number, BYTES)).string(text);
  }
  return writer.finish();
}

// Wire types of the protobuf encoding.
const VARINT = 0;
const BYTES = 2;

function tag(fieldNumber: number, wireType: number): number {
  return (fieldNumber << 3) | wireType;
}
