import type { MethodDefinition, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';

/** A response whose bytes are known already; they are the message of the contract. */
export class EncodedResponse {
  constructor(readonly bytes: Buffer) {}
}

/** The same service, whose calls may also be given an EncodedResponse for a response. */
export function acceptingEncoded<T extends UntypedServiceImplementation>(
  definition: ServiceDefinition<T>,
): ServiceDefinition<T> {
  const methods = Object.entries<MethodDefinition<unknown, unknown>>(definition).map(([name, method]) => [
    name,
    {
      ...method,
      responseSerialize: (response: unknown) =>
        response instanceof EncodedResponse ? response.bytes : method.responseSerialize(response),
    },
  ]);
  return Object.fromEntries(methods) as ServiceDefinition<T>;
}
