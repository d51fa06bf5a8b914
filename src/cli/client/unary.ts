import type { ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import { Metadata as GrpcMetadata } from '@grpc/grpc-js';
import { fromCallError } from './call-error.js';

type UnaryCall<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: Date },
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** The first load of a model may take a while; nothing else does. */
const DEADLINE_MS = 120_000;

/** One call as a promise, its error translated. */
export function unary<Request, Response>(
  address: string,
  call: UnaryCall<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + DEADLINE_MS);
    call(request, new GrpcMetadata(), { deadline }, (error, response) => {
      if (error === null) resolve(response);
      else reject(fromCallError(error, address));
    });
  });
}
