import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { fileURLToPath } from 'node:url';

/** Folder of the contract: beside `dist/` both in a checkout and in the installed package. */
export const PROTO_FOLDER = fileURLToPath(new URL('../../../../proto/', import.meta.url));

const SERVICE_FILES = ['feed_service', 'analysis_service', 'model_service'].map(
  (name) => `surgicam/v1/${name}.proto`,
);

/** Everything that this server speaks, for reflection. */
export function loadContract(): PackageDefinition {
  return loadSync([...SERVICE_FILES, healthProto], { includeDirs: [PROTO_FOLDER], keepCase: true });
}
