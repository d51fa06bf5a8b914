import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { SurgicamError } from '../../domain/errors.js';
import type { Logger } from '../../observability/logger.js';
import { isDefect, toStatus } from '../errors/to-status.js';
import type { AuditLog } from './audit-log.js';
import type { Authenticator } from './authenticator.js';
import { anonymous, rememberCaller, requireScope, type Caller } from './caller.js';
import { admissionOf } from './method-scopes.js';

type InterceptedCall = Parameters<ServerInterceptor>[1];

/**
 * Stands before every method of every service, health and reflection too. A call that is refused ends before its first
 * message is read; one that is let in is known by `callerOf`.
 */
export function authInterceptor(
  authenticator: Authenticator,
  audit: AuditLog,
  logger: Logger,
): ServerInterceptor {
  return ({ path }, call) =>
    new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const peer = call.getPeer();
            const certificate = call.getAuthContext().sslPeerCertificate;
            let caller: Caller | undefined;
            const admit = async (): Promise<Caller> => {
              const admission = admissionOf(path);
              if (admission === 'open') return anonymous(peer);
              caller = await authenticator.identify({ metadata, peer, certificate });
              requireScope(caller, admission);
              return caller;
            };
            admit().then(
              (admitted) => {
                metadata.remove('authorization'); // nobody further on has a use for it
                rememberCaller(metadata, admitted);
                proceed(metadata);
              },
              (error: unknown) => {
                audit.write(caller ?? { peer }, { action: actionOf(path) }, SurgicamError.from(error).code);
                if (isDefect(error)) logger.error({ err: error, method: path }, 'a caller cannot be checked');
                refuse(call, error);
              },
            );
          },
        });
      },
    });
}

/** `/surgicam.v1.FeedService/CreateFeed` -> `CreateFeed` */
export function actionOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function refuse(call: InterceptedCall, error: unknown): void {
  call.sendStatus(toStatus(error));
}
