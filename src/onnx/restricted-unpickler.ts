import { PickleCursor } from './pickle-cursor.js';
import { allowedGlobal, callGlobal, persistentStorage, refused, type PickleValue } from './torch-globals.js';

/** Integers of more bytes than this are no sizes or counters; the limit keeps them from costing memory. */
const MAX_INTEGER_BYTES = 16;

/**
 * Reads a pickle of protocol 2 or higher as `torch.save` writes it. The pickle machine has no way to run code here:
 * a global is a name checked against the allow list in torch-globals.ts the moment it is met, before anything could
 * be done with it. Errors: invalid_argument, naming the refused global or the place of the defect.
 */
export function unpickle(bytes: Uint8Array): PickleValue {
  return new PickleMachine(new PickleCursor(bytes)).run();
}

class PickleMachine {
  private stack: PickleValue[] = [];
  private readonly outerStacks: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(private readonly cursor: PickleCursor) {}

  run(): PickleValue {
    for (;;) {
      const opcode = this.cursor.uint8();
      if (opcode === 0x2e) return this.pop(); // '.'
      if (!this.constant(opcode) && !this.container(opcode) && !this.memoOrObject(opcode)) {
        throw this.cursor.malformed(`opcode 0x${opcode.toString(16)} is not one that torch.save writes`);
      }
    }
  }

  /** Opcodes that push a plain value. */
  private constant(opcode: number): boolean {
    const { cursor } = this;
    // prettier-ignore
    switch (opcode) {
      case 0x4e: return this.push(null); // N
      case 0x88: return this.push(true);
      case 0x89: return this.push(false);
      case 0x4b: return this.push(cursor.uint8()); // K
      case 0x4d: return this.push(cursor.uint16()); // M
      case 0x4a: return this.push(cursor.int32()); // J
      case 0x8a: return this.push(this.longInteger(cursor.uint8()));
      case 0x8b: return this.push(this.longInteger(cursor.uint32()));
      case 0x47: return this.push(cursor.float64()); // G
      case 0x58: return this.push(cursor.utf8(cursor.uint32())); // X
      case 0x8c: return this.push(cursor.utf8(cursor.uint8()));
      case 0x8d: return this.push(cursor.utf8(cursor.uint64()));
      case 0x54: return this.push(cursor.utf8(cursor.uint32())); // T, Python 2
      case 0x55: return this.push(cursor.utf8(cursor.uint8())); // U, Python 2
      case 0x42: return this.push(cursor.raw(cursor.uint32())); // B
      case 0x43: return this.push(cursor.raw(cursor.uint8())); // C
      default: return false;
    }
  }

  /** Opcodes that make or fill tuples, lists and dictionaries. */
  private container(opcode: number): boolean {
    switch (opcode) {
      case 0x28: // ( MARK
        this.outerStacks.push(this.stack);
        this.stack = [];
        return true;
      case 0x29: // )
      case 0x5d: // ]
        return this.push([]);
      case 0x7d: // }
        return this.push(new Map());
      case 0x85:
      case 0x86:
      case 0x87:
        return this.push(this.popMany(opcode - 0x84));
      case 0x74: // t
      case 0x6c: // l
        return this.push(this.popToMark());
      case 0x64: // d
        return this.push(new Map(this.pairs(this.popToMark())));
      case 0x61: // a
        return this.append(this.popMany(1));
      case 0x65: // e
        return this.append(this.popToMark());
      case 0x73: // s
        return this.setItems(this.popMany(2));
      case 0x75: // u
        return this.setItems(this.popToMark());
      default:
        return false;
    }
  }

  private memoOrObject(opcode: number): boolean {
    const { cursor } = this;
    // prettier-ignore
    switch (opcode) {
      case 0x80: return this.protocol(cursor.uint8());
      case 0x95: cursor.uint64(); return true; // FRAME: only a hint about lengths
      case 0x30: this.pop(); return true; // 0
      case 0x71: return this.remember(cursor.uint8()); // q
      case 0x72: return this.remember(cursor.uint32()); // r
      case 0x94: return this.remember(this.memo.size);
      case 0x68: return this.recall(cursor.uint8()); // h
      case 0x6a: return this.recall(cursor.uint32()); // j
      case 0x63: return this.push(allowedGlobal(cursor.line(), cursor.line())); // c
      case 0x93: return this.stackGlobal();
      case 0x52: return this.reduce(); // R
      case 0x62: return this.build(); // b
      case 0x51: return this.push(persistentStorage(this.pop())); // Q
      case 0x69: throw refused(`${cursor.line()}.${cursor.line()}`); // i INST
      case 0x6f: // o OBJ
      case 0x81: // NEWOBJ
      case 0x92: throw refused('making an object of a class'); // NEWOBJ_EX
      case 0x82: throw refused(`pickle extension ${cursor.uint8()}`);
      case 0x83: throw refused(`pickle extension ${cursor.uint16()}`);
      case 0x84: throw refused(`pickle extension ${cursor.int32()}`);
      default: return false;
    }
  }

  private protocol(version: number): boolean {
    if (version < 2 || version > 5) throw this.cursor.malformed(`protocol ${version}; allowed: 2 to 5`);
    return true;
  }

  private longInteger(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) throw this.cursor.malformed(`an integer of ${length} bytes`);
    return this.cursor.integer(length);
  }

  private stackGlobal(): boolean {
    const [module, name] = this.popMany(2);
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.cursor.malformed('a global has no name');
    return this.push(allowedGlobal(module, name));
  }

  private reduce(): boolean {
    const [callee, args] = this.popMany(2);
    return this.push(callGlobal(callee!, args!));
  }

  /** Attributes of a dictionary (a state dict's `_metadata`) are dropped; nothing else may have any. */
  private build(): boolean {
    this.pop();
    if (!(this.stack.at(-1) instanceof Map)) throw refused('setting the attributes of an object');
    return true;
  }

  private append(items: readonly PickleValue[]): boolean {
    const list = this.stack.at(-1);
    if (!Array.isArray(list)) throw this.cursor.malformed('it appends to what is not a list');
    for (const item of items) list.push(item);
    return true;
  }

  private setItems(flat: readonly PickleValue[]): boolean {
    const target = this.stack.at(-1);
    if (!(target instanceof Map)) throw this.cursor.malformed('it sets items of what is not a dictionary');
    for (const [key, value] of this.pairs(flat)) target.set(key, value);
    return true;
  }

  private pairs(flat: readonly PickleValue[]): [PickleValue, PickleValue][] {
    if (flat.length % 2 !== 0) throw this.cursor.malformed('a dictionary has a key without a value');
    return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
  }

  private remember(index: number): boolean {
    const top = this.stack.at(-1);
    if (top === undefined) throw this.cursor.malformed('its stack is empty');
    this.memo.set(index, top);
    return true;
  }

  private recall(index: number): boolean {
    const value = this.memo.get(index);
    if (value === undefined) throw this.cursor.malformed(`memo ${index} was never set`);
    return this.push(value);
  }

  private push(value: PickleValue): boolean {
    this.stack.push(value);
    return true;
  }

  private pop(): PickleValue {
    return this.popMany(1)[0]!;
  }

  private popMany(count: number): PickleValue[] {
    if (this.stack.length < count) throw this.cursor.malformed('its stack is empty');
    return this.stack.splice(this.stack.length - count, count);
  }

  private popToMark(): PickleValue[] {
    const items = this.stack;
    const outer = this.outerStacks.pop();
    if (outer === undefined) throw this.cursor.malformed('a mark is missing');
    this.stack = outer;
    return items;
  }
}
