import {
  pino,
  destination,
  stdSerializers,
  type DestinationStream,
  type Logger,
  type LoggerOptions,
} from 'pino';
import { redacted, redactedFields } from './redacted-fields.js';

export type { Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * Structured logs, one JSON object a line, on standard error: standard output belongs to results.
 * On a terminal they are made readable by pino-pretty. Credentials in URIs are taken out of every message and field.
 */
export function createLogger(level: LogLevel): Logger {
  if (process.stderr.isTTY) {
    return pino({
      ...loggerOptions(level),
      transport: {
        target: 'pino-pretty',
        options: { destination: 2, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' },
      },
    });
  }
  return createLoggerOn(level, destination(2));
}

/** The same on another stream. */
export function createLoggerOn(level: LogLevel, stream: DestinationStream): Logger {
  return pino(loggerOptions(level), stream);
}

function loggerOptions(level: LogLevel): LoggerOptions {
  return {
    level,
    base: null,
    serializers: { err: (error: Error) => redactedFields({ ...stdSerializers.err(error) }) },
    formatters: { log: (fields) => redactedFields(fields) },
    hooks: {
      // Messages are made redacted already where a source is known; this is for those that nobody thought of.
      logMethod(args, method) {
        method.apply(
          this,
          args.map((arg: unknown) => (typeof arg === 'string' ? redacted(arg) : arg)) as typeof args,
        );
      },
    },
  };
}

/** For code that must log and was given no logger, tests above all. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
