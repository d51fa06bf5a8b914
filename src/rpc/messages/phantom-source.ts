import { parsePhantomUri, type PhantomPace as DomainPace } from '../../video/phantom/phantom-uri.js';
import { PhantomPace, type PhantomSource } from '../gen/surgicam/v1/feed.js';

const SCENE = 'phantom://scene';
const DEFAULTS = parsePhantomUri(SCENE);

const PACES: Record<DomainPace, PhantomPace> = {
  real_time: PhantomPace.REAL_TIME,
  fast: PhantomPace.FAST,
};

/** The URI that stands for the scene inside the service. What is at its default is left out. */
export function phantomUri(source: PhantomSource): string {
  const width = source.width || DEFAULTS.width;
  const height = source.height || DEFAULTS.height;
  const options = [
    ...option('seed', source.seed, DEFAULTS.seed),
    ...option('fps', source.frameRate, DEFAULTS.fps),
    ...option('size', `${width}x${height}`, `${DEFAULTS.width}x${DEFAULTS.height}`),
    ...option('frames', source.frameCount, undefined),
    ...(source.pace === PhantomPace.REAL_TIME ? ['pace=real-time'] : []),
    ...(source.pace === PhantomPace.FAST ? ['pace=fast'] : []),
  ];
  return options.length === 0 ? SCENE : `${SCENE}?${options.join('&')}`;
}

function option(name: string, value: number | string | undefined, standard: number | string | undefined) {
  return value === undefined || value === standard ? [] : [`${name}=${value}`];
}

/** The scene of a URI, with the defaults filled in. Error: invalid_argument, naming the option. */
export function phantomSource(uri: string, loop: boolean): PhantomSource {
  const { seed, fps, width, height, frames, pace } = parsePhantomUri(uri);
  return {
    seed,
    frameRate: fps,
    width,
    height,
    frameCount: frames,
    loop,
    pace: pace === undefined ? PhantomPace.UNSPECIFIED : PACES[pace],
  };
}
