import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ErrorFacts, FieldViolation } from '../errors.js';

type Read = (reader: BinaryReader, field: number) => boolean;

/** The facts in the trailer `grpc-status-details-bin`, a `google.rpc.Status`. What cannot be read is left out. */
export function readErrorDetails(status: Uint8Array): ErrorFacts {
  const facts: Mutable = { fieldViolations: [] };
  try {
    fields(status, (reader, field) => field === 3 && readAny(reader.bytes(), facts));
  } catch {
    // Details are an addition; an answer that has broken ones is still that answer.
  }
  return facts;
}

type Mutable = { -readonly [Key in keyof ErrorFacts]: ErrorFacts[Key] } & {
  fieldViolations: FieldViolation[];
};

function readAny(any: Uint8Array, facts: Mutable): true {
  let type = '';
  let value: Uint8Array = new Uint8Array(0);
  fields(any, (reader, field) => {
    if (field === 1) type = reader.string();
    else if (field === 2) value = reader.bytes();
    else return false;
    return true;
  });
  switch (type.slice(type.lastIndexOf('/') + 1)) {
    case 'google.rpc.BadRequest':
      facts.fieldViolations.push(...readBadRequest(value));
      break;
    case 'google.rpc.ResourceInfo': {
      const [type = '', name = ''] = readStrings(value);
      facts.resource = { type, name };
      break;
    }
    case 'google.rpc.RetryInfo':
      facts.retryDelayMs = readRetryInfo(value);
      break;
    case 'google.rpc.ErrorInfo':
      facts.reason = readErrorInfo(value);
      break;
  }
  return true;
}

function readBadRequest(message: Uint8Array): FieldViolation[] {
  const violations: FieldViolation[] = [];
  fields(message, (reader, number) => {
    if (number !== 1) return false;
    const [field = '', description = ''] = readStrings(reader.bytes());
    violations.push({ field, description });
    return true;
  });
  return violations;
}

function readRetryInfo(message: Uint8Array): number {
  let delayMs = 0;
  fields(message, (reader, field) => {
    if (field !== 1) return false;
    fields(reader.bytes(), (duration, part) => {
      if (part === 1) delayMs += Number(duration.int64()) * 1000;
      else if (part === 2) delayMs += duration.int32() / 1e6;
      else return false;
      return true;
    });
    return true;
  });
  return delayMs;
}

function readErrorInfo(message: Uint8Array): NonNullable<ErrorFacts['reason']> {
  let name = '';
  const facts: Record<string, string> = {};
  fields(message, (reader, field) => {
    if (field === 1) name = reader.string();
    else if (field === 3) {
      const [key = '', value = ''] = readStrings(reader.bytes());
      facts[key] = value;
    } else return false;
    return true;
  });
  return { name, facts };
}

/** Fields 1 and 2 of a message, both strings. */
function readStrings(message: Uint8Array): string[] {
  const texts = ['', ''];
  fields(message, (reader, field) => {
    if (field !== 1 && field !== 2) return false;
    texts[field - 1] = reader.string();
    return true;
  });
  return texts;
}

/** Calls `read` for every field; what it does not take is passed over. */
function fields(message: Uint8Array, read: Read): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!read(reader, field)) reader.skip(wireType, field);
  }
}
