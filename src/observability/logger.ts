import { pino, destination, type Logger } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * Structured logs, one JSON object a line, on standard error: standard output belongs to results.
 * On a terminal they are made readable by pino-pretty.
 */
export function createLogger(level: LogLevel): Logger {
  if (process.stderr.isTTY) {
    return pino({
      level,
      base: null,
      transport: {
        target: 'pino-pretty',
        options: { destination: 2, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' },
      },
    });
  }
  return pino({ level, base: null }, destination(2));
}

/** For code that must log and was given no logger, tests above all. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
