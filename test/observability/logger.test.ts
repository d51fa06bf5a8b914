import { describe, expect, it } from '@jest/globals';
import { SurgicamError } from '../../src/domain/errors.js';
import { createLoggerOn } from '../../src/observability/logger.js';

function recorded() {
  const lines: string[] = [];
  const logger = createLoggerOn('info', { write: (line) => void lines.push(line) });
  return { lines, logger };
}

const CAMERA = 'rtsp://cam:hunter2@10.0.0.5/h264?token=hunter2';
const SHOWN = 'rtsp://***@10.0.0.5/h264?token=***';

describe('the log', () => {
  it('shows no credential, wherever it stands', () => {
    const { lines, logger } = recorded();
    const cause = new Error(`cannot open ${CAMERA}`);
    const log = logger.child({ feedId: 'or-1' });
    log.info(`reading ${CAMERA}`);
    log.warn(
      { reason: `lost ${CAMERA}`, ffmpegLog: [`[error] timeout of ${CAMERA}`], deep: { uri: CAMERA } },
      'lost',
    );
    log.error({ err: new SurgicamError('unavailable', `gone: ${CAMERA}`, { cause }) }, 'failed');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('hunter2');
    const [first, second, third] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ feedId: 'or-1', msg: `reading ${SHOWN}` });
    expect(second).toMatchObject({
      reason: `lost ${SHOWN}`,
      ffmpegLog: [`[error] timeout of ${SHOWN}`],
      deep: { uri: SHOWN },
    });
    expect(third).toMatchObject({
      err: { code: 'unavailable', message: expect.stringContaining(`gone: ${SHOWN}`) },
    });
  });

  it('leaves everything else as it is', () => {
    const { lines, logger } = recorded();
    logger.info({ count: 3, nothing: null, list: [1, 'two'], ratio: 0.5 }, '%d frames of %s', 7, 'or-1');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      ...{ level: 30, count: 3, nothing: null, list: [1, 'two'], ratio: 0.5, msg: '7 frames of or-1' },
    });
  });
});
