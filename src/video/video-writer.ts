import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { SurgicamError } from '../domain/errors.js';
import {
  encoderArguments,
  VIDEO_ENCODERS,
  type EncodingRequest,
  type VideoEncoder,
} from './encoder-arguments.js';
import { forgetChild, registerChild, type RegisteredChild } from './ffmpeg-registry.js';
import { locateFfmpeg } from './locate-ffmpeg.js';
import { LogRing } from './log-ring.js';
import { lastUsefulLine } from './source-failure.js';

export interface VideoWriterOptions extends Omit<EncodingRequest, 'encoder' | 'output'> {
  /** If absent, what `locateFfmpeg` finds. */
  readonly ffmpegPath?: string;
}

const run = promisify(execFile);

/** An .mp4 that is written frame by frame, and has its name only once it is complete. */
export class VideoWriter {
  readonly #exited: Promise<number | null>;
  readonly #log = new LogRing();
  readonly #frameBytes: number;

  private constructor(
    private readonly file: string,
    private readonly part: string,
    readonly encoder: VideoEncoder,
    private readonly child: ChildProcess,
    { width, height }: VideoWriterOptions,
  ) {
    this.#frameBytes = width * height * 3;
    const handle: RegisteredChild = {
      pid: child.pid,
      stop: () => this.#kill(),
      killNow: () => void child.kill('SIGKILL'),
    };
    registerChild(handle);
    createInterface(child.stderr!).on('line', (line) => this.#log.push(line));
    // a write after ffmpeg's end; how it ended is what is reported
    child.stdin!.on('error', () => undefined);
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => this.#log.push(`[fatal] ${error.message}`));
      child.once('close', (code) => {
        forgetChild(handle);
        resolve(code);
      });
    });
  }

  /** Error: failed_precondition without a usable ffmpeg. What cannot be written is told by the first `write`s or `finish`. */
  static async open(file: string, options: VideoWriterOptions): Promise<VideoWriter> {
    const ffmpeg = await locateFfmpeg(options.ffmpegPath);
    const encoder = await chooseEncoder(ffmpeg.path);
    const part = `${file}.part`;
    const args = encoderArguments({ ...options, encoder, output: part });
    const child = spawn(ffmpeg.path, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    return new VideoWriter(file, part, encoder, child, options);
  }

  /** One frame, RGB24. Resolves when ffmpeg can take another. Errors: as of `finish`, when it has ended. */
  async write(pixels: Uint8Array): Promise<void> {
    if (pixels.length !== this.#frameBytes) {
      throw new RangeError(`a frame of ${pixels.length} bytes instead of ${this.#frameBytes}`);
    }
    const stdin = this.child.stdin!;
    if (stdin.writable && stdin.write(pixels)) return;
    const left = new AbortController();
    const drained = stdin.writable
      ? once(stdin, 'drain', { signal: left.signal }).then(
          () => true,
          () => false,
        )
      : Promise.resolve(false);
    const goesOn = await Promise.race([drained, this.#exited.then(() => false)]);
    left.abort();
    if (!goesOn) throw this.#failure(await this.#exited);
  }

  /** No more frames: the file is completed and gets its name. Error: invalid_argument, with ffmpeg's own words. */
  async finish(): Promise<void> {
    this.child.stdin!.end();
    const code = await this.#exited;
    if (code !== 0) throw this.#failure(code);
    await rename(this.part, this.file);
  }

  /** Ends it and removes what was written. */
  async abandon(): Promise<void> {
    await this.#kill();
    await rm(this.part, { force: true });
  }

  async #kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exited;
  }

  #failure(code: number | null): SurgicamError {
    const said = lastUsefulLine(this.#log.lines()) ?? `it ended with ${code ?? 'a signal'}`;
    return new SurgicamError('invalid_argument', `ffmpeg could not write ${this.file}: ${said}`);
  }
}

/** The best encoder this build of ffmpeg has. */
async function chooseEncoder(path: string): Promise<VideoEncoder> {
  const { stdout } = await run(path, ['-hide_banner', '-encoders'], { timeout: 30_000 });
  const known = new Set([...stdout.matchAll(/^\s*V\S*\s+(\S+)/gm)].map((match) => match[1]));
  const encoder = VIDEO_ENCODERS.find((name) => known.has(name));
  if (encoder !== undefined) return encoder;
  throw new SurgicamError(
    'failed_precondition',
    `${path} has none of the encoders ${VIDEO_ENCODERS.join(', ')}; install another ffmpeg and set SURGICAM_FFMPEG`,
  );
}
