import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  Client,
  type CallOptions,
  type ClientUnaryCall,
  type Metadata,
  type ServiceError,
} from '@grpc/grpc-js';

/** `grpc.health.v1`: what the service says of itself. */
export type HealthStatus = 'unknown' | 'serving' | 'not_serving' | 'service_unknown';

const STATUSES: readonly HealthStatus[] = ['unknown', 'serving', 'not_serving', 'service_unknown'];
const STRING_FIELD_1 = 10;

/** The two messages of the call are one field each: written by hand, as published in grpc/health/v1/health.proto. */
export class HealthClient extends Client {
  check(
    service: string,
    metadata: Metadata,
    options: CallOptions,
    callback: (error: ServiceError | null, status: HealthStatus) => void,
  ): ClientUnaryCall {
    return this.makeUnaryRequest<string, HealthStatus>(
      '/grpc.health.v1.Health/Check',
      (name) => Buffer.from(new BinaryWriter().uint32(STRING_FIELD_1).string(name).finish()),
      readStatus,
      service,
      metadata,
      options,
      (error, status) => callback(error, status ?? 'unknown'),
    );
  }
}

function readStatus(message: Buffer): HealthStatus {
  const reader = new BinaryReader(message);
  let status = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) status = reader.int32();
    else reader.skip(wireType, field);
  }
  return STATUSES[status] ?? 'unknown';
}
