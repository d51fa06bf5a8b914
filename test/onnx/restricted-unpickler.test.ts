import { describe, expect, it } from '@jest/globals';
import { unpickle } from '../../src/onnx/restricted-unpickler.js';
import { TensorReference } from '../../src/onnx/torch-tensor.js';
import { globalOpcode, opcodes, text } from '../fixtures/torch-checkpoint.js';

const PROTOCOL_2 = opcodes(0x80, 2);
const STOP = Buffer.from('.');

function pickle(...parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat([PROTOCOL_2, ...parts.map((part) => Buffer.from(part)), STOP]);
}

function shortText(value: string): Buffer {
  return Buffer.concat([opcodes(0x8c, value.length), Buffer.from(value)]);
}

/** The persistent id of a storage of six halves. */
function storageId(key: string): Buffer {
  const [mark, end] = [Buffer.from('('), Buffer.from('K\x06tQ')];
  return Buffer.concat([
    mark,
    text('storage'),
    globalOpcode('torch', 'HalfStorage'),
    text(key),
    text('cuda:0'),
    end,
  ]);
}

describe('what is refused', () => {
  const attacks: readonly (readonly [string, Buffer, string])[] = [
    [
      'os.system called',
      pickle(globalOpcode('os', 'system'), '(', text('touch /tmp/x'), 'tR'),
      "'os.system'",
    ],
    ['posix.system never called', pickle(globalOpcode('posix', 'system'), '0N'), "'posix.system'"],
    [
      'builtins.eval through STACK_GLOBAL',
      pickle(shortText('builtins'), shortText('eval'), opcodes(0x93)),
      "'builtins.eval'",
    ],
    ['a class through INST', pickle('(', text('ls'), 'isubprocess\nPopen\n'), "'subprocess.Popen'"],
    ['a dotted name inside an allowed module', pickle(globalOpcode('torch', 'hub.load')), "'torch.hub.load'"],
    ['torch.load itself', pickle(globalOpcode('torch', 'load')), "'torch.load'"],
    [
      'numpy, however harmless',
      pickle(globalOpcode('numpy.core.multiarray', 'scalar')),
      'numpy.core.multiarray.scalar',
    ],
    [
      'a global hidden in an OrderedDict',
      pickle(globalOpcode('collections', 'OrderedDict '), ')R'),
      'OrderedDict ',
    ],
    ['an extension code', pickle(opcodes(0x82, 7)), "'pickle extension 7'"],
    [
      'an object made without its constructor',
      pickle(globalOpcode('torch', 'Size'), ')', opcodes(0x81)),
      'object',
    ],
    ['attributes on something else than a dictionary', pickle(']', '}b'), 'attributes'],
  ];

  it.each(attacks)('%s', (_name, bytes, named) => {
    expect(() => unpickle(bytes)).toThrow(named);
    expect(() => unpickle(bytes)).toThrow('A pickle is code');
  });
});

it('shows a refused name without its control characters, and cut', () => {
  const name = `\u001b[2J${'x'.repeat(200)}`;
  expect(() => unpickle(pickle(globalOpcode('os', name)))).toThrow(
    `asks for 'os.?[2J${'x'.repeat(73)}': refused`,
  );
});

describe('what is read', () => {
  it.each<readonly [string, Buffer, unknown]>([
    ['None', pickle('N'), null],
    ['booleans', pickle(opcodes(0x88, 0x89, 0x86)), [true, false]],
    [
      'one-byte, two-byte and signed integers',
      pickle('K\x07', 'M\x01\x02', opcodes(0x4a, 255, 255, 255, 255, 0x87)),
      [7, 513, -1],
    ],
    ['long integers', pickle(opcodes(0x8a, 2, 0x00, 0xff)), -256],
    ['long integers beyond 2^53', pickle(opcodes(0x8a, 8, 1, 0, 0, 0, 0, 0, 0, 1)), 2n ** 56n + 1n],
    ['floats', pickle(opcodes(0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0)), 1.5],
    ['text', pickle(text('Grad-CAM äö')), 'Grad-CAM äö'],
    ['lists', pickle(']', '(', 'K\x01', 'K\x02', 'e', 'K\x03', 'a'), [1, 2, 3]],
    ['a shape', pickle(globalOpcode('torch', 'Size'), '(K\x02K\x03t', opcodes(0x85), 'R'), [2, 3]],
    ['memoized values', pickle(text('a'), 'q\x05', 'h\x05', opcodes(0x86)), ['a', 'a']],
    [
      'protocol 4 frames and memo',
      pickle(opcodes(0x95, 4, 0, 0, 0, 0, 0, 0, 0), shortText('b'), opcodes(0x94), 'h\x00', opcodes(0x86)),
      ['b', 'b'],
    ],
  ])('%s', (_name, bytes, expected) => {
    expect(unpickle(bytes)).toEqual(expected);
  });

  it('dictionaries, with the attributes of an OrderedDict dropped', () => {
    const items = Buffer.concat([Buffer.from('('), text('a'), Buffer.from('K\x01u')]);
    const attributes = Buffer.concat([Buffer.from('}'), text('_metadata'), Buffer.from('}sb')]);
    const value = unpickle(pickle(globalOpcode('collections', 'OrderedDict'), ')R', items, attributes));
    expect(value).toEqual(new Map([['a', 1]]));
  });

  it('parameters as the tensors they hold', () => {
    const tensor = Buffer.concat([
      globalOpcode('torch._utils', '_rebuild_tensor_v2'),
      Buffer.from('('),
      storageId('12'),
      Buffer.from('K\x00(K\x02K\x03t(K\x03K\x01tNtR'),
    ]);
    const value = unpickle(
      pickle(globalOpcode('torch._utils', '_rebuild_parameter'), '(', tensor, opcodes(0x88), 'NtR'),
    );
    expect(value).toBeInstanceOf(TensorReference);
    expect(value).toMatchObject({ shape: [2, 3], strides: [3, 1], storage: { key: '12', elements: 6 } });
  });
});

describe('what is malformed', () => {
  it.each<readonly [string, Buffer, RegExp]>([
    ['it ends early', Buffer.concat([PROTOCOL_2, opcodes(0x58, 200, 0, 0, 0)]), /it ends early/],
    ['it never stops', PROTOCOL_2, /it ends early/],
    ['protocol 0', opcodes(0x80, 0, 0x4e, 0x2e), /protocol 0; allowed: 2 to 5/],
    ['an unknown opcode', pickle(opcodes(0xff)), /opcode 0xff/],
    ['an empty stack', pickle('0'), /stack is empty/],
    ['a missing mark', pickle('t'), /mark is missing/],
    ['an unset memo', pickle('h\x09'), /memo 9 was never set/],
    ['a key without value', pickle('}(', text('a'), 'u'), /key without a value/],
    ['an integer of a gigabyte', pickle(opcodes(0x8b, 0, 0, 0, 0x40)), /an integer of 1073741824 bytes/],
    ['a call of a number', pickle('K\x01)R'), /calls what is not a function/],
    ['a storage whose key is a path', pickle(storageId('../../etc/passwd')), /storage is described wrongly/],
    ['a storage without a type', pickle('(', text('storage'), 'tQ'), /storage is described wrongly/],
  ])('%s', (_name, bytes, message) => {
    expect(() => unpickle(bytes)).toThrow(message);
  });
});
