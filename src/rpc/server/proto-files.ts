import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the contract: beside `dist/` both in a checkout and in the installed package. */
export const PROTO_FOLDER = fileURLToPath(new URL('../../../../proto/', import.meta.url));

const SERVICE_FILES = ['feed_service', 'analysis_service', 'model_service'].map(
  (name) => `surgicam/v1/${name}.proto`,
);

/** The contract of channelz, which grpc-js serves. */
export const CHANNELZ_PROTO = join(
  dirname(createRequire(import.meta.url).resolve('@grpc/grpc-js/package.json')),
  'proto/channelz.proto',
);

/** Everything that this server speaks, for reflection. */
export function loadContract(channelz = false): PackageDefinition {
  const files = [...SERVICE_FILES, healthProto, ...(channelz ? [CHANNELZ_PROTO] : [])];
  return loadSync(files, { includeDirs: [PROTO_FOLDER], keepCase: true });
}
