import { describe, expect, it } from '@jest/globals';
import { SurgicamError } from '../../src/domain/errors.js';
import { checkManifest, describeManifest } from '../../src/models/manifest.js';
import { smallFacts } from '../fixtures/small-package.js';

type Json = Record<string, unknown>;

function goodManifest(): Json {
  return {
    ...smallFacts(),
    schemaVersion: 1,
    architecture: 'ResNet-18',
    featureMaps: [
      { name: 'layer3', channels: 32, height: 4, width: 6 },
      { name: 'layer4', channels: 64, height: 2, width: 3 },
    ],
    graph: {
      file: 'model.onnx',
      sha256: 'a'.repeat(64),
      inputs: ['frames'],
      outputs: ['logits', 'gradcam', 'layer3', 'layer4'],
    },
  };
}

/** The manifest with the value at the dotted path replaced; undefined removes it. */
function changed(path: string, value: unknown): Json {
  const manifest = structuredClone(goodManifest());
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce<Json>((node, key) => node[key] as Json, manifest);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return manifest;
}

function violationsOf(manifest: unknown): SurgicamError['violations'] {
  try {
    checkManifest('manifest.json', manifest);
  } catch (error) {
    expect(error).toBeInstanceOf(SurgicamError);
    return (error as SurgicamError).violations;
  }
  throw new Error('the manifest was accepted');
}

describe('a good manifest', () => {
  it('is taken as it is', () => {
    expect(checkManifest('manifest.json', goodManifest())).toEqual({
      ...goodManifest(),
      probabilityFunction: 'sigmoid',
      head: 'gap_linear',
    });
  });

  it('becomes a description with the last feature map as grid', () => {
    const description = describeManifest(checkManifest('manifest.json', goodManifest()));
    expect(description).toMatchObject({
      name: 'small',
      version: '1.2.3',
      inputWidth: 96,
      inputHeight: 64,
      classThreshold: 0.5,
      roiThreshold: 0.3,
      tissueClass: 2,
      gridWidth: 3,
      gridHeight: 2,
    });
  });

  it('needs no tissue class', () => {
    const description = describeManifest(checkManifest('m', changed('tissueClass', undefined)));
    expect(description).not.toHaveProperty('tissueClass');
  });

  it('may have the SL-FE outputs with their input', () => {
    const manifest = changed('graph.outputs', [
      'logits',
      'gradcam',
      'layer3',
      'layer4',
      'slfe',
      'slfe_cells',
    ]);
    (manifest.graph as Json).inputs = ['frames', 'roi_thresholds'];
    expect(checkManifest('m', manifest).graph.inputs).toHaveLength(2);
  });
});

describe('a bad manifest names the field, its value and what is allowed', () => {
  it.each<readonly [string, unknown, string, string]>([
    ['name', '../etc', 'name', 'name is "../etc"; allowed: 1 to 63 letters'],
    ['name', undefined, 'name', 'name is absent; allowed: 1 to 63 letters'],
    ['version', 2, 'version', 'version is 2; allowed: 1 to 63 letters'],
    ['schemaVersion', 2, 'schemaVersion', 'schemaVersion is 2; allowed: 1'],
    ['classes', 'hook', 'classes', 'classes is "hook"; allowed: a list of class names'],
    ['input', 7, 'input', 'input is 7; allowed: an object'],
    [
      'classes',
      ['a', 'tissue', 'a'],
      'classes[2]',
      'classes[2] is "a"; allowed: a name that no other class has',
    ],
    ['classes.1', 'a,b', 'classes[1]', 'classes[1] is "a,b"; allowed: 1 to 63 letters'],
    [
      'tissueClass',
      'liver',
      'tissueClass',
      'tissueClass is "liver"; allowed: one of classes: grasper, hook, tissue',
    ],
    ['input.width', 0, 'input.width', 'input.width is 0; allowed: a whole number from 32 to 4096'],
    ['input.height', 64.5, 'input.height', 'input.height is 64.5; allowed: a whole number from 32 to 4096'],
    [
      'input.mean',
      [0.1, 0.2],
      'input.mean',
      'input.mean is [0.1,0.2]; allowed: three numbers: red, green, blue',
    ],
    ['input.std.1', 0, 'input.std[1]', 'input.std[1] is 0; allowed: a number from 0.001 to 1'],
    ['thresholds.roi', 1.5, 'thresholds.roi', 'thresholds.roi is 1.5; allowed: a number from 0 to 1'],
    ['head', 'deep', 'head', 'head is "deep"; allowed: gap_linear or general'],
    ['graph.file', '/etc/passwd', 'graph.file', 'graph.file is "/etc/passwd"; allowed: model.onnx'],
    [
      'graph.sha256',
      'xyz',
      'graph.sha256',
      'graph.sha256 is "xyz"; allowed: 64 lower-case hexadecimal digits',
    ],
    ['graph.outputs', ['logits', 'layer3', 'layer4'], 'graph.outputs', 'allowed: a list that has gradcam'],
    ['graph.inputs', ['frames', 'roi_thresholds'], 'graph.inputs', 'allowed: [frames]'],
    [
      'provenance.importedAt',
      'yesterday',
      'provenance.importedAt',
      'is "yesterday"; allowed: a time like 2025',
    ],
    ['license', '', 'license', 'license is ""; allowed: a text of 1 to 200 characters'],
    ['colour', 'red', 'colour', 'colour is "red"; allowed: no such field'],
    ['input.depth', 8, 'input.depth', 'input.depth is 8; allowed: no such field'],
  ])('%s = %j', (path, value, field, description) => {
    const violations = violationsOf(changed(path, value));
    expect(violations).toHaveLength(1);
    expect(violations[0]!.field).toBe(field);
    expect(violations[0]!.description).toContain(description);
  });

  it('an empty list of classes', () => {
    expect(violationsOf(changed('classes', []))[0]!.description).toBe(
      'classes is []; allowed: at least one class',
    );
  });

  it('all of them at once', () => {
    const manifest = changed('thresholds', { class: -1, roi: 2 });
    manifest.license = 7;
    expect(violationsOf(manifest).map(({ field }) => field)).toEqual([
      'thresholds.class',
      'thresholds.roi',
      'license',
    ]);
  });

  it('or says that it is no object', () => {
    expect(violationsOf([1])[0]!.field).toBe('the manifest');
    expect(() => checkManifest('dir/manifest.json', null)).toThrow(
      'dir/manifest.json: the manifest is null; allowed: an object',
    );
  });
});
