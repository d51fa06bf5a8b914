import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http';
import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';

/** A camera: an ffmpeg that sends a moving picture over UDP, at its own speed and for ever. */
export class Camera {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly ffmpeg: string,
    readonly port: number,
  ) {}

  static async open(ffmpeg: string): Promise<Camera> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    await once(socket, 'close');
    return new Camera(ffmpeg, port);
  }

  get uri(): string {
    return `udp://127.0.0.1:${this.port}`;
  }

  start(size = '320x240'): void {
    this.child = spawn(this.ffmpeg, [...movingPicture(size), `${this.uri}?pkt_size=1316`], {
      stdio: 'ignore',
    });
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

function movingPicture(size: string): string[] {
  const input = ['-v', 'error', '-nostdin', '-re', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25`];
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10'];
  return [...input, ...encoder, '-pix_fmt', 'yuv420p', '-f', 'mpegts'];
}

/** An HTTP server that streams a moving picture, and misbehaves on demand. */
export class StreamServer {
  /** What the next requests get. */
  behaviour: 'stream' | 'not_found' | 'broken' | 'redirect' = 'stream';
  private readonly streams = new Map<ServerResponse, ChildProcess>();

  private constructor(
    private readonly server: Server,
    private readonly ffmpeg: string,
  ) {
    server.on('request', (_request, response: ServerResponse) => this.answer(response));
  }

  static async open(ffmpeg: string): Promise<StreamServer> {
    const server = createHttpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StreamServer(server, ffmpeg);
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/live.ts`;
  }

  /** Ends every connection with a reset, as a pulled cable at the switch would. */
  cut(): void {
    for (const response of this.streams.keys()) response.socket?.resetAndDestroy();
  }

  /** Goes on holding every connection, and sends nothing more on it. */
  hush(): void {
    for (const [response, child] of this.streams) {
      child.stdout?.unpipe(response);
      child.kill('SIGKILL');
    }
  }

  async close(): Promise<void> {
    for (const child of this.streams.values()) child.kill('SIGKILL');
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private answer(response: ServerResponse): void {
    if (this.behaviour === 'not_found') response.writeHead(404).end();
    else if (this.behaviour === 'broken') response.writeHead(500).end();
    else if (this.behaviour === 'redirect') {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    } else {
      const child = spawn(this.ffmpeg, [...movingPicture('320x240'), '-'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      this.streams.set(response, child);
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      child.stdout.pipe(response, { end: false });
      response.on('error', () => undefined);
      response.on('close', () => {
        child.kill('SIGKILL');
        this.streams.delete(response);
      });
    }
  }
}

/** A TCP server that accepts and says nothing. */
export class SilentServer {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: TcpServer) {
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      this.sockets.add(socket);
    });
  }

  static async open(): Promise<SilentServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SilentServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
