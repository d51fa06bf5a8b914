/** The encoders that are used, the better one first; every build of ffmpeg has the last. */
export const VIDEO_ENCODERS = ['libx264', 'mpeg4'] as const;

export type VideoEncoder = (typeof VIDEO_ENCODERS)[number];

export interface EncodingRequest {
  /** Size of the frames given, in pixels. An odd side is padded with a black line: 4:2:0 needs even ones. */
  readonly width: number;
  readonly height: number;
  /** Frames per second, as ffmpeg prints it. */
  readonly frameRate: number;
  readonly encoder: VideoEncoder;
  /** File to write; an existing one is replaced. */
  readonly output: string;
}

const QUALITY: Readonly<Record<VideoEncoder, readonly string[]>> = {
  libx264: ['-preset', 'veryfast', '-crf', '20'],
  mpeg4: ['-q:v', '3'],
};

/**
 * Settings to ffmpeg arguments, without any I/O: rgb24 frames on standard input to an .mp4 that plays everywhere and
 * starts before it is loaded whole. Understood by every ffmpeg since 2018.
 */
export function encoderArguments(request: EncodingRequest): string[] {
  const { width, height, encoder, output } = request;
  return [
    ...['-hide_banner', '-nostats', '-loglevel', 'repeat+level+warning', '-y'],
    ...['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', `${width}x${height}`],
    ...['-framerate', rationalRate(request.frameRate), '-i', 'pipe:0'],
    ...['-an', '-vf', FILTERS, '-c:v', encoder, ...QUALITY[encoder]],
    // said, so that no player has to guess which of two conversions was used
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
    ...['-movflags', '+faststart', '-f', 'mp4', `file:${output}`],
  ];
}

const FILTERS = 'pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p';

/** The fraction that a rounded rate of television stands for (29.97 is 30000/1001), else the rate itself. */
export function rationalRate(frameRate: number): string {
  const nominal = Math.ceil(frameRate);
  const isTelevision = nominal !== frameRate && Math.abs((nominal * 1000) / 1001 - frameRate) < 0.006;
  return isTelevision ? `${nominal * 1000}/1001` : String(Math.round(frameRate * 1000) / 1000);
}
