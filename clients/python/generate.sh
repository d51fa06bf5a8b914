#!/usr/bin/env bash
# Generates surgicam/v1 and surgicam/status_pb2 from the contract into a folder, by default this one.
# Needs protoc with the gRPC plugin for Python (Debian: protobuf-compiler, protobuf-compiler-grpc) and npm ci above.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
root=$here/../..
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# buf resolves the imports: Debian's protoc comes without the files of the well-known types.
"$root/node_modules/.bin/buf" build "$root/proto" --as-file-descriptor-set -o "$scratch/contract.binpb"
(cd "$root/proto" && ls surgicam/v1/*.proto) |
  xargs protoc "--descriptor_set_in=$scratch/contract.binpb" "--python_out=$out" "--pyi_out=$out" \
    "--grpc_out=$out" "--plugin=protoc-gen-grpc=$(command -v grpc_python_plugin)"
"$root/node_modules/.bin/buf" build "$here/proto" --as-file-descriptor-set -o "$scratch/status.binpb"
protoc "--descriptor_set_in=$scratch/status.binpb" "--python_out=$out" "--pyi_out=$out" surgicam/status.proto
# The files without a service need no stubs.
grep -L Stub "$out"/surgicam/v1/*_pb2_grpc.py | xargs -r rm
