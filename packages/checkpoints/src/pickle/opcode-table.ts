/** Every pickle opcode of protocols 0 to 5 with the form of its argument, as in CPython's `pickletools`. */

/** How an argument lies behind its opcode. Texts and bytes are preceded by their length. */
export type ArgumentForm =
  | 'none' | 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'f64'
  | 'line' | 'two lines'
  | 'utf8 of u8' | 'utf8 of u32' | 'utf8 of u64'
  | 'latin1 of u8' | 'latin1 of u32'
  | 'bytes of u8' | 'bytes of u32' | 'bytes of u64'
  | 'integer of u8' | 'integer of u32';

/** One opcode. */
export interface OpcodeInfo {
  readonly name: string;
  readonly form: ArgumentForm;
}

const NAMES: Readonly<Record<ArgumentForm, string>> = {
  none:
    '( MARK . STOP 0 POP 1 POP_MARK 2 DUP N NONE Q BINPERSID R REDUCE a APPEND b BUILD d DICT } EMPTY_DICT e APPENDS l LIST ] EMPTY_LIST ' +
    'o OBJ s SETITEM t TUPLE ) EMPTY_TUPLE u SETITEMS \u0081 NEWOBJ \u0085 TUPLE1 \u0086 TUPLE2 \u0087 TUPLE3 \u0088 NEWTRUE \u0089 NEWFALSE ' +
    '\u008f EMPTY_SET \u0090 ADDITEMS \u0091 FROZENSET \u0092 NEWOBJ_EX \u0093 STACK_GLOBAL \u0094 MEMOIZE \u0097 NEXT_BUFFER \u0098 READONLY_BUFFER',
  u8: 'K BININT1 h BINGET q BINPUT \u0080 PROTO \u0082 EXT1',
  u16: 'M BININT2 \u0083 EXT2',
  u32: 'j LONG_BINGET r LONG_BINPUT \u0084 EXT4',
  i32: 'J BININT',
  u64: '\u0095 FRAME',
  f64: 'G BINFLOAT',
  line: 'F FLOAT I INT L LONG P PERSID S STRING V UNICODE g GET p PUT',
  'two lines': 'c GLOBAL i INST',
  'utf8 of u8': '\u008c SHORT_BINUNICODE',
  'utf8 of u32': 'X BINUNICODE',
  'utf8 of u64': '\u008d BINUNICODE8',
  'latin1 of u8': 'U SHORT_BINSTRING',
  'latin1 of u32': 'T BINSTRING',
  'bytes of u8': 'C SHORT_BINBYTES',
  'bytes of u32': 'B BINBYTES',
  'bytes of u64': '\u008e BINBYTES8 \u0096 BYTEARRAY8',
  'integer of u8': '\u008a LONG1',
  'integer of u32': '\u008b LONG4',
};

function table(): ReadonlyMap<number, OpcodeInfo> {
  const opcodes = new Map<number, OpcodeInfo>();
  for (const [form, text] of Object.entries(NAMES) as [ArgumentForm, string][]) {
    const words = text.split(' ');
    for (let index = 0; index < words.length; index += 2) {
      opcodes.set((words[index] as string).charCodeAt(0), { name: words[index + 1] as string, form });
    }
  }
  return opcodes;
}

/** Opcodes by their byte. */
export const OPCODES: ReadonlyMap<number, OpcodeInfo> = table();
