import type { Command } from 'commander';
import { checkScopes, SCOPES } from '../../domain/access.js';
import {
  checkFeeds,
  checkSubject,
  digestOf,
  formatTokenLine,
  newToken,
} from '../../rpc/security/token-line.js';
import { list } from '../flag-parsers.js';

interface TokenFlags {
  readonly scopes: readonly string[];
  readonly feeds?: readonly string[];
  readonly subject: string;
}

/** `surgicam token new`: a bearer token, shown once, and the line by which a service knows it. */
export function registerTokenNew(program: Command): void {
  program
    .command('token')
    .description('bearer tokens for the clients of a service')
    .command('new')
    .description('make a token: printed once with the line to add to the file auth.tokensFile')
    .requiredOption('--scopes <list>', `what it entitles to: ${SCOPES.join(', ')}`, list)
    .option('--feeds <list>', 'the only feeds it covers; else all', list)
    .option('--subject <name>', 'the name of its owner in the audit', 'client')
    .action(({ scopes, feeds, subject }: TokenFlags) => {
      const token = newToken();
      const line = formatTokenLine({
        subject: checkSubject('--subject', subject),
        digest: digestOf(token),
        scopes: checkScopes('--scopes', scopes),
        ...(feeds === undefined ? {} : { feeds: checkFeeds('--feeds', feeds) }),
      });
      console.log(`token, for the client, shown only now:\n${token}\n\nline, for auth.tokensFile:\n${line}`);
    });
}
