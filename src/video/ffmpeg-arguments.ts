import type { HardwareAcceleration, PushedVideo } from '../domain/feed.js';
import { isLiveSource, type SourceUri } from './source-uri.js';

export interface FfmpegRequest {
  readonly source: SourceUri;
  /** Size of the frames wanted, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly ownSpeed: boolean;
  /** Only frames 0, n, 2n, ... are scaled and given out. */
  readonly everyNth: number;
  readonly loop: boolean;
  readonly hardwareAcceleration: HardwareAcceleration;
  readonly threads: number;
  /** Live sources: how long a connection may give nothing, in milliseconds. */
  readonly silenceTimeoutMs: number;
  readonly libavformat: readonly [major: number, minor: number];
  /** Largest picture decoded, width times height. If absent, ffmpeg's own limit. */
  readonly maxPixels?: number;
  /** HTTP is read through this proxy. If absent, as the environment says. */
  readonly httpProxy?: string;
}

export interface FfmpegArguments {
  readonly inputOptions: readonly string[];
  readonly input: string;
  readonly outputOptions: readonly string[];
}

/**
 * What ffmpeg may open on behalf of each kind of source. A playlist fetched over HTTP thereby cannot read a
 * local file, nor a local playlist the network.
 */
const PROTOCOLS: Readonly<Record<Exclude<SourceUri['kind'], 'phantom'>, string>> = {
  file: 'file',
  http: 'http,https,httpproxy,tcp,tls,crypto',
  rtsp: 'rtp,srtp,udp,tcp,tls',
  rtmp: 'rtmp,rtmps,tcp,tls',
  srt: 'srt',
  udp: 'udp',
  device: 'file',
  push: 'pipe',
};

/** Containers and bare codecs that hold their video themselves and name no other file or address. */
const SELF_CONTAINED =
  'mov,matroska,webm,mpegts,mpeg,mpegvideo,avi,flv,live_flv,asf,ogg,mxf,nut,ivf,obu,dv,h264,hevc,m4v,mjpeg,' +
  'jpeg_pipe,png_pipe,yuv4mpegpipe,image2,gif,rm,swf,vc1,av1';

/**
 * What ffmpeg may take the bytes for. Its playlists and lists of files (HLS, DASH, concat, SDP, IMF) open what they
 * name, a file outside of the media root for instance, so only HTTP may be HLS, which there is kept to HTTP.
 */
const FORMATS: Partial<Record<SourceUri['kind'], string>> = {
  file: SELF_CONTAINED,
  http: `${SELF_CONTAINED},hls,applehttp`,
  rtmp: SELF_CONTAINED,
  srt: SELF_CONTAINED,
  udp: SELF_CONTAINED,
};

/**
 * Settings to ffmpeg arguments, without any I/O. ffmpeg writes rgb24 frames of the wanted size to standard
 * output and one `showinfo` line a frame to standard error; frames pass through as they are, none doubled or
 * dropped to please a frame rate.
 */
export function ffmpegArguments(request: FfmpegRequest): FfmpegArguments {
  const { source, width, height } = request;
  return {
    inputOptions: [
      ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'repeat+level+info'],
      ...(request.hardwareAcceleration === 'none' ? [] : ['-hwaccel', request.hardwareAcceleration]),
      ...['-threads', String(request.threads)],
      ...(isLiveSource(source) ? liveOptions(request) : fileOptions(request)),
      ...kindOptions(request),
      ...contentLimits(request),
    ],
    input: ffmpegInput(source),
    outputOptions: [
      ...['-map', '0:V:0', '-an', '-sn', '-dn', '-map_metadata', '-1'],
      // showinfo stands before the scaler and so tells the size of the source, too
      ...[
        '-vf',
        `${selection(request)}showinfo=checksum=0,scale=${width}:${height}:flags=bilinear,format=rgb24`,
      ],
      // renamed in ffmpeg 5.1 (libavformat 59.27)
      ...[atLeast(request, 59, 27) ? '-fps_mode' : '-vsync', 'passthrough'],
      // ffmpeg gives the "encoder" of raw frames a thread a core, which holds back a frame for each but one
      ...['-threads', '1', '-f', 'rawvideo'],
    ],
  };
}

function contentLimits({ source, maxPixels, httpProxy }: FfmpegRequest): string[] {
  const formats = FORMATS[source.kind];
  return [
    ...(formats === undefined ? [] : ['-format_whitelist', formats]),
    ...(maxPixels === undefined ? [] : ['-max_pixels', String(maxPixels)]),
    ...(httpProxy === undefined || source.kind !== 'http' ? [] : ['-http_proxy', httpProxy]),
  ];
}

function selection({ everyNth }: FfmpegRequest): string {
  return everyNth === 1 ? '' : `select='not(mod(n,${everyNth}))',`;
}

/** What ffmpeg is given as its input. `file:` keeps it from reading a protocol or an option into a name. */
export function ffmpegInput(source: SourceUri): string {
  if (source.kind === 'file') return `file:${source.path}`;
  if (source.kind === 'push') return 'pipe:0';
  return source.kind === 'device' ? source.name : source.url;
}

function fileOptions(request: FfmpegRequest): string[] {
  return [...(request.loop ? ['-stream_loop', '-1'] : []), ...(request.ownSpeed ? ['-re'] : [])];
}

/**
 * How long ffmpeg may study a live stream before it decodes, microseconds of stream time. Its own 5 s would
 * pass in full wherever a container may announce another stream later (MPEG-TS, FLV). What is not known by
 * then, the picture's size say, is learnt from the first key frame. FLV gets longer: its video stream exists
 * only from the first video packet on, which some servers hold back until a key frame comes by.
 */
const ANALYZE_US = { rtmp: '2000000', http: '1000000', other: '500000' } as const;

/**
 * Decoding by frame threads holds back one frame per thread, 0.3 s at eight threads and 25 frames/s, so live
 * video is decoded by slices. `nobuffer` is left out on purpose: it throws away what was read while probing,
 * the first key frame included, and gains nothing here, where ffmpeg is read as fast as it delivers. HTTP is
 * mostly HLS, seconds late by nature, or a file: it is decoded as ffmpeg likes, but a live stream must not be studied
 * for 5 s each time that it is opened again.
 */
function liveOptions({ source }: FfmpegRequest): string[] {
  if (source.kind === 'http') return ['-analyzeduration', ANALYZE_US.http];
  const analyzeUs = source.kind === 'rtmp' ? ANALYZE_US.rtmp : ANALYZE_US.other;
  return ['-thread_type', 'slice', '-fpsprobesize', '0', '-analyzeduration', analyzeUs];
}

function kindOptions(request: FfmpegRequest): string[] {
  const { source } = request;
  const timeoutUs = String(Math.round(request.silenceTimeoutMs * 1000));
  if (source.kind === 'phantom') throw new TypeError('the synthetic scene is not read by ffmpeg');
  const whitelist = ['-protocol_whitelist', PROTOCOLS[source.kind]];
  switch (source.kind) {
    case 'file':
      return whitelist;
    case 'push':
      return [...whitelist, ...pushOptions(source.video)];
    case 'http':
    case 'rtmp':
      return [...whitelist, '-rw_timeout', timeoutUs];
    case 'srt':
      return [...whitelist, '-timeout', timeoutUs];
    case 'udp':
      // without overrun_nonfatal a moment of back-pressure would end the feed
      return [...whitelist, '-timeout', timeoutUs, '-overrun_nonfatal', '1'];
    case 'rtsp':
      // before ffmpeg 5, `-timeout` made it wait for a caller instead
      return [
        ...whitelist,
        ...['-rtsp_transport', source.transport],
        ...[atLeast(request, 59, 0) ? '-timeout' : '-stimeout', timeoutUs],
      ];
    case 'device':
      return [
        ...whitelist,
        ...['-f', source.driver],
        ...[...source.options].flatMap(([name, value]) => [`-${name}`, value]),
      ];
  }
}

/** The producer said what it sends, so ffmpeg does not guess, and reads nothing else into the bytes. */
function pushOptions({ format, frameRate, width, height }: PushedVideo): string[] {
  const soon = ['-thread_type', 'slice', '-fpsprobesize', '0', '-analyzeduration', ANALYZE_US.other];
  switch (format) {
    case 'mpeg_ts':
      return [...soon, '-f', 'mpegts'];
    case 'mp4':
      return [...soon, '-f', 'mov'];
    case 'matroska':
      return [...soon, '-f', 'matroska'];
    case 'h264':
      return [...soon, '-framerate', String(frameRate), '-f', 'h264'];
    case 'h265':
      return [...soon, '-framerate', String(frameRate), '-f', 'hevc'];
    case 'rgb24':
      return [
        ...['-f', 'rawvideo', '-pixel_format', 'rgb24'],
        ...['-video_size', `${width}x${height}`, '-framerate', String(frameRate)],
      ];
    case 'pictures':
      throw new TypeError('pictures are not read by ffmpeg');
  }
}

function atLeast(request: FfmpegRequest, major: number, minor: number): boolean {
  const [hasMajor, hasMinor] = request.libavformat;
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}
