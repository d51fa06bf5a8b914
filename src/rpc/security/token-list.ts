import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SurgicamError } from '../../domain/errors.js';
import type { Logger } from '../../observability/logger.js';
import { FileWatch } from './file-watch.js';
import { digestOf, parseTokenLines, type StoredToken } from './token-line.js';

/** The tokens of a file that may change while it is in use: a line taken out is a token that is no longer accepted. */
export class TokenList {
  private readonly watch: FileWatch;

  private constructor(
    private readonly file: string,
    private tokens: readonly StoredToken[],
    everyMs: number,
    private readonly logger: Logger,
  ) {
    this.watch = new FileWatch([file], everyMs, () => this.reload());
  }

  /** Error: invalid_argument when the file cannot be read or has a line that makes no sense. */
  static async open(file: string, everyMs: number, logger: Logger): Promise<TokenList> {
    const list = new TokenList(file, await readTokens(file), everyMs, logger);
    await list.watch.start();
    return list;
  }

  /** What a token is stored as; undefined for one that is not. Takes as long for every token. */
  find(token: string): StoredToken | undefined {
    const digest = digestOf(token);
    let found: StoredToken | undefined;
    for (const candidate of this.tokens) {
      if (timingSafeEqual(candidate.digest, digest)) found = candidate;
    }
    return found;
  }

  close(): void {
    this.watch.stop();
  }

  private async reload(): Promise<void> {
    try {
      this.tokens = await readTokens(this.file);
      this.logger.info({ tokens: this.tokens.length }, 'the token file has changed');
    } catch (error) {
      const reason = SurgicamError.from(error).message;
      this.logger.error({ reason }, 'the token file has changed and cannot be used; the tokens before stay');
    }
  }
}

async function readTokens(file: string): Promise<StoredToken[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw SurgicamError.invalidField('auth.tokensFile', file, 'a file that can be read', { cause });
  });
  return parseTokenLines(text, file);
}
