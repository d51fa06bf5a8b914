import type { MethodDefinition, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { SurgicamError } from '../../domain/errors.js';

/** Stands for a request whose bytes are not the message they should be. */
class MalformedRequest {
  constructor(readonly cause: unknown) {}
}

/**
 * The same service, but bytes that do not parse reach the handler, which answers INVALID_ARGUMENT. By itself
 * grpc-js ends the call with INTERNAL, which among our answers means a defect of the server.
 */
export function tolerant<T extends UntypedServiceImplementation>(
  definition: ServiceDefinition<T>,
): ServiceDefinition<T> {
  const methods = Object.entries<MethodDefinition<unknown, unknown>>(definition).map(([name, method]) => [
    name,
    { ...method, requestDeserialize: (bytes: Buffer) => parse(method, bytes) },
  ]);
  return Object.fromEntries(methods) as ServiceDefinition<T>;
}

function parse(method: MethodDefinition<unknown, unknown>, bytes: Buffer): unknown {
  try {
    return method.requestDeserialize(bytes);
  } catch (cause) {
    return new MalformedRequest(cause);
  }
}

/** The request, or INVALID_ARGUMENT when its bytes did not parse. */
export function checkParsed<T>(request: T): T {
  if (request instanceof MalformedRequest) {
    throw new SurgicamError('invalid_argument', 'the request is not the message of the contract', {
      cause: request.cause,
    });
  }
  return request;
}
