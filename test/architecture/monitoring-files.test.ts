import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { ServiceMetrics } from '../../src/observability/metrics/service-metrics.js';
import { runCli } from '../fixtures/cli.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

const read = (file: string): string => readFileSync(join(PROJECT_ROOT, file), 'utf8');

interface KnownMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

let metrics: KnownMetric[];
beforeAll(async () => {
  const { registry } = new ServiceMetrics();
  const labelled = registry.getMetricsAsArray() as unknown as { name: string; labelNames?: string[] }[];
  const labels = new Map(labelled.map(({ name, labelNames = [] }) => [name, labelNames]));
  metrics = (await registry.getMetricsAsJSON()).map(({ name, type }) => ({
    name,
    type: String(type),
    labels: labels.get(name)!,
  }));
});

/** Names of series in a text, and those of them that no metric gives. */
function seriesIn(text: string): { readonly named: string[]; readonly unknown: string[] } {
  const series = new Set(
    metrics.flatMap(({ name, type }) =>
      type === 'histogram' ? ['bucket', 'sum', 'count'].map((suffix) => `${name}_${suffix}`) : [name],
    ),
  );
  const named = [...new Set(text.match(/\b(?:surgicam|process|nodejs)_\w+/g))];
  return { named, unknown: named.filter((name) => !series.has(name)) };
}

describe('docs/operations.md', () => {
  it('tells of every metric, its type and its labels, and of no other', () => {
    const rows = [...read('docs/operations.md').matchAll(/^\| `(\w+_\w+)` \| (\w+) \| ([^|]*)\| (.+) \|$/gm)];
    const documented = rows.map(([, name, type, labels]) => ({
      name,
      type,
      labels: [...labels!.matchAll(/`(\w+)`/g)].map((match) => match[1]),
    }));
    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
      (a.name ?? '') < (b.name ?? '') ? -1 : 1;
    const inRegistry = metrics.map(({ labels, ...metric }) => ({
      ...metric,
      // Those of Node.js name their labels only where they are set.
      labels: metric.name.startsWith('surgicam_') ? labels : expect.anything(),
    }));
    expect(documented.sort(byName)).toEqual(inRegistry.sort(byName));
    expect(documented.length).toBeGreaterThan(45);
  });

  it('tells what to do at every alert', () => {
    const documented = [...read('docs/operations.md').matchAll(/^\| `(Surgicam\w+)` \|/gm)].map(
      (row) => row[1],
    );
    const { groups } = parse(read('deploy/monitoring/alerts.yaml')) as AlertFile;
    const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect(documented).toEqual(alerts);
  });
});

interface AlertFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

describe('the alerts and the dashboard', () => {
  it('ask only for series that exist', () => {
    for (const [file, atLeast] of [
      ['deploy/monitoring/alerts.yaml', 9],
      ['deploy/monitoring/grafana-dashboard.json', 20],
    ] as const) {
      const { named, unknown } = seriesIn(read(file));
      expect([file, unknown]).toEqual([file, []]);
      expect(named.length).toBeGreaterThan(atLeast - 1);
    }
  });

  it('show every metric of our own', () => {
    const { named } = seriesIn(read('deploy/monitoring/grafana-dashboard.json'));
    const own = metrics.filter(({ name }) => name.startsWith('surgicam_'));
    // How many subscriptions ever began is for whoever asks.
    const missing = own.filter(({ name }) => !named.some((series) => series.startsWith(name)));
    expect(missing.map(({ name }) => name)).toEqual(['surgicam_subscriptions_total']);
  });

  it('ask for labels that the series have', () => {
    const text = read('deploy/monitoring/alerts.yaml') + read('deploy/monitoring/grafana-dashboard.json');
    const wrong = [...text.matchAll(/\b(surgicam_\w+)\{([^}]*)\}/g)].flatMap(([, series, selector]) => {
      const metric = metrics.find(
        ({ name }) => series!.replace(/_(bucket|sum|count)$/, '') === name || series === name,
      );
      const asked = [...selector!.matchAll(/(\w+)=/g)].map((match) => match[1]!);
      return asked
        .filter((label) => label !== 'instance' && !metric?.labels.includes(label))
        .map((label) => `${series!}: ${label}`);
    });
    expect(wrong).toEqual([]);
  });
});

interface Container {
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly [probe: string]: unknown;
}

describe('the manifests for Kubernetes', () => {
  const [deployment] = parseAllDocuments(read('deploy/k8s/base/deployment.yaml')).map(
    (document) =>
      document.toJS() as {
        readonly spec: {
          readonly template: {
            readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
            readonly spec: { readonly containers: readonly [Container] };
          };
        };
      },
  );
  const { metadata, spec } = deployment!.spec.template;
  const [container] = spec.containers;
  const flag = (name: string): string | undefined =>
    container.args.find((arg) => arg.startsWith(`--${name}=`))?.replace(/^.*=/, '');

  it('start the service with flags that it has', async () => {
    const [command, ...flags] = container.args;
    const { stdout } = await runCli([command!, '--help']);
    for (const name of flags.map((arg) => arg.replace(/=.*$/, ''))) expect(stdout).toContain(`${name} `);
  });

  it('have the monitoring port probed and scraped where it listens', () => {
    const port = container.ports.find(({ name }) => name === 'monitoring')?.containerPort;
    expect([flag('monitoring-port'), metadata.annotations['prometheus.io/port']]).toEqual([
      `${port}`,
      `${port}`,
    ]);
    expect(metadata.annotations).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/path': '/metrics',
    });
    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map(
      (probe) => (container[probe] as { httpGet: unknown }).httpGet,
    );
    expect(probes).toEqual([
      { path: '/healthz', port: 'monitoring' },
      { path: '/healthz', port: 'monitoring' },
      { path: '/readyz', port: 'monitoring' },
    ]);
  });
});
