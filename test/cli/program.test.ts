import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { SurgicamError } from '../../src/domain/errors.js';
import { createProgram, programVersion } from '../../src/cli/program.js';
import { reportError } from '../../src/cli/report-error.js';
import { runCli } from '../fixtures/cli.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

describe('the command line', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(`${PROJECT_ROOT}package.json`, 'utf8')) as {
      version: string;
    };
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(programVersion()).toBe(version);
  });

  it('prints help with code 0', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: surgicam');
    expect(stderr).toBe('');
  });

  it('refuses a flag it does not know with code 2', async () => {
    const { code, stdout, stderr } = await runCli(['--verbos']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain("unknown option '--verbos'");
    expect(stderr).toContain('Did you mean --verbose?');
  });

  it('has an entry file that is a table of contents', () => {
    const lines = readFileSync(`${PROJECT_ROOT}src/cli/main.ts`, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeLessThan(30);
    expect(lines[0]).toBe('#!/usr/bin/env node');
  });
});

describe('an error', () => {
  const report = (thrown: unknown, verbose = false): { code: number; text: string } => {
    const written: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
    try {
      return { code: reportError(thrown, { verbose }), text: written.join('') };
    } finally {
      process.stderr.write = write;
    }
  };

  it('is one line and code 1', () => {
    const error = new SurgicamError('not_found', 'there is no\n  such thing');
    expect(report(error)).toEqual({ code: 1, text: 'error: there is no; such thing\n' });
  });

  it('in a flag or argument is code 2', () => {
    expect(report(SurgicamError.invalidField('--mean', 'x', 'a number')).code).toBe(2);
    expect(report(SurgicamError.invalidField('server.port', 'x', 'a number')).code).toBe(1);
  });

  it('that nobody foresaw is called a defect, without its trace unless asked', () => {
    const error = new TypeError('x is not a function', { cause: new Error('deeper') });
    expect(report(error).text).toMatch(/^error: x is not a function\nhint: this is a defect.*\n$/);
    expect(report(error, true).text).toMatch(/at .*program\.test[^]*caused by: Error: deeper/);
  });

  it('of the command line is left to the parser to print', () => {
    const program = createProgram().configureOutput({ writeErr: () => undefined });
    expect(() => program.parse(['node', 'surgicam', '--nonsense'])).toThrow(
      expect.objectContaining({ code: 'commander.unknownOption' }),
    );
  });
});
