import { BinaryWriter } from '@bufbuild/protobuf/wire';
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
  const loaded = loadSync(files, { includeDirs: [PROTO_FOLDER], keepCase: true });
  return Object.fromEntries(
    Object.entries(loaded).map(([name, definition]) => [name, withImports(definition)]),
  );
}

/** What the loader calls the file that it makes of all well-known types. */
const WELL_KNOWN_FILE = 'google_protobuf.proto';

/**
 * A definition whose file says that it imports the well-known types, where it does: the loader leaves imports out, and
 * clients that check what they are told, such as those in C++, Go and Python, then refuse the file.
 */
function withImports<T extends PackageDefinition[string]>(definition: T): T {
  const { fileDescriptorProtos } = definition;
  if (!Array.isArray(fileDescriptorProtos)) return definition;
  const files = fileDescriptorProtos.map((file) => {
    const isTheirs = file.includes(WELL_KNOWN_FILE) || !file.includes('google.protobuf.');
    if (isTheirs) return file;
    // A field that is repeated may be appended: `FileDescriptorProto.dependency`, number 3, a text.
    return Buffer.concat([file, new BinaryWriter().uint32(0x1a).string(WELL_KNOWN_FILE).finish()]);
  });
  return { ...definition, fileDescriptorProtos: files };
}
