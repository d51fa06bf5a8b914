import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SurgicamError } from '../../../domain/errors.js';
import type { FollowCounts, FollowRequest, FromFollower, ToFollower } from './follower-messages.js';

/** Subscribers in a process of their own: what they cost is not the service's. */
export interface Followers {
  /** Counts from here. */
  begin(): Promise<void>;
  /** Counts up to here; may begin again. */
  end(): Promise<FollowCounts>;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('follower-process.js', import.meta.url));

/** Resolves when every subscription has had its first analysis. Error: unavailable when one fails. */
export async function startFollowers(request: FollowRequest): Promise<Followers> {
  const child = fork(ENTRY, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  try {
    await ask(child, { kind: 'follow', request }, 'following');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async begin() {
      await ask(child, { kind: 'begin' }, 'begun');
    },
    async end() {
      return (await ask(child, { kind: 'end' }, 'ended')).counts;
    },
    stop,
  };
}

async function ask<K extends FromFollower['kind']>(
  child: ChildProcess,
  message: ToFollower,
  answer: K,
): Promise<Extract<FromFollower, { kind: K }>> {
  const reply = new Promise<Extract<FromFollower, { kind: K }>>((resolve, reject) => {
    const settle = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (said: FromFollower): void => {
      if (said.kind !== answer && said.kind !== 'failed') return;
      settle();
      if (said.kind === 'failed') {
        reject(new SurgicamError('unavailable', `a subscriber failed: ${said.reason}`));
      } else {
        resolve(said as Extract<FromFollower, { kind: K }>);
      }
    };
    const onExit = (): void => {
      settle();
      reject(new SurgicamError('unavailable', 'the process of the subscribers ended'));
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
  child.send(message);
  return reply;
}
