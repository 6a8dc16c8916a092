/**
 * Type-checks the example as strict TypeScript, and the declarations of the @mfim packages that it meets.
 * Declarations of other packages are read but not judged: those of tfjs-core 4.22 are not free of errors.
 */
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_FILES } from './write-project.ts';

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  skipLibCheck: false,
};

const RESOLUTIONS: Readonly<Record<string, ts.CompilerOptions>> = {
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
};

function isJudged(file: ts.SourceFile): boolean {
  return !file.fileName.includes('/node_modules/') || file.fileName.includes('/node_modules/@mfim/');
}

/** The language's own declarations are the same for every example: they are read once. */
const libraryFiles = new Map<string, ts.SourceFile>();

function hostFor(folder: string, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const library = host.getDefaultLibLocation?.() ?? '';
  const read = host.getSourceFile.bind(host);
  host.getCurrentDirectory = () => folder;
  host.getSourceFile = (name, language, ...rest) => {
    if (!name.startsWith(`${library}/lib.`)) return read(name, language, ...rest);
    const known = libraryFiles.get(name) ?? read(name, language, ...rest);
    if (known !== undefined) libraryFiles.set(name, known);
    return known;
  };
  return host;
}

function problemsOf(folder: string, resolution: ts.CompilerOptions): readonly ts.Diagnostic[] {
  const options = { ...OPTIONS, ...resolution };
  const program = ts.createProgram([join(folder, PROJECT_FILES.typescript)], options, hostFor(folder, options));
  const judged = program.getSourceFiles().filter(isJudged);
  const inFiles = judged.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]);
  return [...program.getOptionsDiagnostics(), ...inFiles];
}

/** @returns one text for each way of resolving modules (bundler, nodenext) in which the types are wrong */
export function checkTypes(folder: string): readonly string[] {
  return Object.entries(RESOLUTIONS).flatMap(([name, resolution]) => {
    const problems = problemsOf(folder, resolution);
    if (problems.length === 0) return [];
    const format = { getCanonicalFileName: (file: string) => file, getCurrentDirectory: () => folder, getNewLine: () => '\n' };
    return [`types, moduleResolution ${name}:\n${ts.formatDiagnostics(problems, format)}`];
  });
}
