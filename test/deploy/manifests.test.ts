import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runCli } from '../fixtures/cli.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

const FOLDER = join(PROJECT_ROOT, 'deploy/k8s');

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly resources?: readonly string[];
  readonly patches?: readonly { readonly path?: string }[];
}

interface PodSpec {
  readonly containers: readonly {
    readonly args?: readonly string[];
    readonly ports?: readonly { readonly name: string }[];
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes?: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
}

interface Deployment extends Manifest {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);

function manifestsIn(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => {
    expect([file, document.errors]).toEqual([file, []]);
    return document.toJS() as Manifest;
  });
}

const podOf = (file: string): PodSpec => (manifestsIn(file)[0] as Deployment).spec.template.spec;

describe('the manifests', () => {
  it('are YAML with a kind and, but for kustomizations, a name', () => {
    expect(files.length).toBeGreaterThan(6);
    for (const file of files) {
      for (const { apiVersion, kind, metadata } of manifestsIn(file)) {
        expect([file, typeof apiVersion, typeof kind]).toEqual([file, 'string', 'string']);
        if (kind !== 'Kustomization') expect([file, metadata?.name]).toEqual([file, 'surgicam']);
      }
    }
  });

  it('name only files that are there', () => {
    const missing = files.flatMap((file) =>
      manifestsIn(file).flatMap(({ resources = [], patches = [] }) => {
        const named = [...resources, ...patches.flatMap(({ path }) => path ?? [])];
        const here = (name: string) => join(dirname(file), name);
        return named.filter(
          (name) => !files.includes(here(name)) && !files.includes(join(here(name), 'kustomization.yaml')),
        );
      }),
    );
    expect(missing).toEqual([]);
  });

  it.each(['base/deployment.yaml', 'overlays/secure/deployment-patch.yaml'])(
    'start the service with flags it has: %s',
    async (file) => {
      const args = podOf(file).containers[0]?.args ?? [];
      expect(args[0]).toBe('serve');
      const { stdout } = await runCli(['serve', '--help']);
      const flags = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=')[0]!);
      expect(flags.length).toBeGreaterThan(2);
      expect(flags.filter((flag) => !new RegExp(`${flag}\\b`).test(stdout))).toEqual([]);
    },
  );

  it('give the secure service its secrets where its flags look for them, and never --insecure', () => {
    const { containers, volumes = [] } = podOf('overlays/secure/deployment-patch.yaml');
    const { args = [], volumeMounts = [] } = containers[0]!;
    expect(args).not.toContain('--insecure');
    const mounted = args.flatMap((arg) => /=(\/etc\/.*)\/[^/]+$/.exec(arg)?.[1] ?? []);
    expect(mounted).toHaveLength(3);
    const places = volumeMounts.map(({ mountPath }) => mountPath);
    expect(mounted.filter((folder) => !places.includes(folder))).toEqual([]);
    expect(volumeMounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
    const guide = readFileSync(join(PROJECT_ROOT, 'docs/security.md'), 'utf8');
    const unexplained = volumes
      .flatMap(({ secret }) => secret?.secretName ?? ['none'])
      .filter((name) => !new RegExp(`kubectl create secret \\w+ ${name} `).test(guide));
    expect(unexplained).toEqual([]);
  });

  it('let only labelled pods reach the video', () => {
    const [policy] = manifestsIn('base/network-policy.yaml');
    expect(policy).toMatchObject({
      kind: 'NetworkPolicy',
      spec: {
        policyTypes: ['Ingress'],
        ingress: expect.arrayContaining([
          expect.objectContaining({
            from: [{ podSelector: { matchLabels: { 'surgicam.dev/client': 'true' } } }],
            ports: [{ port: 'grpc' }],
          }),
        ]) as unknown,
      },
    });
  });
});
