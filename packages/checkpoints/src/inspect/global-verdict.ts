/** Which names a pickle should not mention. Reading refuses all that is not on the allow-list; this says how bad it is. */
import { isAllowedGlobal } from '../pickle/allowed-globals.ts';

/** `allowed` is read; `unknown` is refused; `dangerous` is refused and known to run code, open files or reach the network. */
export type Verdict = 'allowed' | 'unknown' | 'dangerous';

/** Modules of which nothing belongs into a file of weights. */
const DANGEROUS_MODULES: ReadonlySet<string> = new Set(
  (
    'os posix nt posixpath ntpath subprocess sys importlib runpy pty socket socketserver ssl shutil ctypes cffi _ctypes pickle _pickle cPickle dill ' +
    'cloudpickle joblib marshal shelve code codeop commands popen2 platform timeit cProfile profile pdb bdb trace webbrowser urllib urllib2 http httplib ' +
    'requests aiohttp asyncio multiprocessing threading _thread signal tempfile operator _operator functools pip setuptools distutils ensurepip idlelib ' +
    'lib2to3 site venv zipimport zipapp smtplib ftplib telnetlib xmlrpc sqlite3 gc inspect linecache doctest unittest pkgutil pydoc imp nturl2path ' +
    'concurrent fileinput glob io _io mmap msvcrt winreg _winreg rlcompleter readline sched token tokenize traceback tty types turtle builtins __builtin__'
  ).split(' '),
);

/** Parts of libraries that load other files, or run what they are given. */
const DANGEROUS_STARTS = [
  'torch.load', 'torch.hub.', 'torch.serialization.', 'torch.jit.', 'torch.package.', 'torch.utils.', 'torch.ops.', 'torch.classes.', 'torch.storage._load',
  'torch.distributed.', 'torch.multiprocessing.', 'torch.fx.', 'torch._dynamo.', 'torch._inductor.', 'torch.library.',
  'numpy.load', 'numpy.testing.', 'numpy.f2py.', 'numpy.distutils.', 'numpy.lib.npyio.', 'numpy.fromfile', 'numpy.memmap', 'numpy.core.memmap.',
  'pandas.', 'pathlib.', 'logging.config.', 'uuid._popen', 'tensorflow.', 'keras.', 'transformers.', 'collections.abc.', 'copyreg.extension',
];

/** What to think of a name, such as `os.system`. */
export function globalVerdict(name: string): Verdict {
  if (isAllowedGlobal(name)) return 'allowed';
  const root = name.slice(0, Math.max(0, name.indexOf('.')));
  return DANGEROUS_MODULES.has(root) || DANGEROUS_STARTS.some((start) => name.startsWith(start)) ? 'dangerous' : 'unknown';
}
