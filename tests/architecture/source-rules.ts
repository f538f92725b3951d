import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { compositionRoots } from './import-rules.ts';

export interface SourceFile {
  /** From `src/`, like `call/playback.ts`. */
  path: string;
  text: string;
}

/** Lines of the longest file we want to read. */
const longestFile = 350;
const vagueNames = ['utils', 'util', 'helpers', 'helper', 'manager', 'service', 'types', 'common'];

/** Only these may mention the environment, each at most once, to hand it to config.ts. */
const environmentReaders = [
  'main.ts',
  'demo.ts',
  'demo-whatsapp.ts',
  'doctor.ts',
  'api-key.ts',
  'call-list.ts',
  'user.ts',
  'audit.ts',
  'import-files.ts',
];
const clockFile = 'platform/clock.ts';

/** Every TypeScript file under `src/`, the browser's too. */
export function readSources(): SourceFile[] {
  const root = fileURLToPath(new URL('../../src', import.meta.url));
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export function findNameFaults({ path, text }: SourceFile): string[] {
  const faults: string[] = [];
  const name = basename(path).replace(/\.tsx?$/, '');
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) faults.push('file name is not kebab-case');
  // The last word is what the file is: `service-details` are details.
  const noun = name.split('-').at(-1) ?? '';
  if (vagueNames.includes(noun)) faults.push(`file name says ${noun}, not what it is`);
  if (!path.includes('/') && !compositionRoots.includes(path))
    faults.push('file belongs in a folder: only composition roots stand directly under src');
  const lines = text.trimEnd().split('\n').length;
  if (lines > longestFile) faults.push(`file has ${lines} lines, more than ${longestFile}`);
  return faults.map((fault) => `${path}: ${fault}`);
}

/** State that two calls would share: `let` or an empty collection at the top of a module, a writable static. */
export function findModuleState(source: SourceFile): string[] {
  const file = parse(source);
  const faults: string[] = [];
  for (const statement of file.statements) {
    if (ts.isClassDeclaration(statement)) {
      for (const member of statement.members) {
        if (ts.isPropertyDeclaration(member) && isWritableStatic(member))
          faults.push(`writable static ${member.name.getText(file)}`);
      }
    }
    if (!ts.isVariableStatement(statement)) continue;
    const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!isConst) faults.push(`let ${name.getText(file)} at module level`);
      else if (initializer && isEmptyCollection(initializer))
        faults.push(`${name.getText(file)} is empty at module level, so it is there to be filled`);
    }
  }
  return faults.map((fault) => `${source.path}: ${fault}`);
}

/** Where the time or the environment is read outside the one place that may. */
export function findAmbientReads(source: SourceFile): string[] {
  // A browser has no environment, and its time is only shown.
  if (source.path.startsWith('web/')) return [];
  const reads = ambientReads(parse(source));
  const refused = reads.filter(({ kind }) => {
    if (kind === 'time') return source.path !== clockFile;
    return !environmentReaders.includes(source.path);
  });
  const faults = refused.map(({ what }) => `${source.path}: reads ${what}`);
  if (reads.filter(({ kind }) => kind === 'environment').length > 1)
    faults.push(`${source.path}: reads the environment more than once`);
  return faults;
}

type AmbientRead = { kind: 'time' | 'environment'; what: string };

const ambientMembers: Record<string, AmbientRead['kind']> = {
  'Date.now': 'time',
  'performance.now': 'time',
  'performance.timeOrigin': 'time',
  'process.hrtime': 'time',
  'process.uptime': 'time',
  'Temporal.Now': 'time',
  'process.env': 'environment',
};
const ambientImports: Record<string, AmbientRead['kind']> = {
  'node:process env': 'environment',
  'node:process hrtime': 'time',
  'node:perf_hooks performance': 'time',
};

function ambientReads(file: ts.SourceFile): AmbientRead[] {
  const reads: AmbientRead[] = [];
  const visit = (node: ts.Node): void => {
    const read = ambientRead(node, file);
    if (read) reads.push(read);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return reads;
}

function ambientRead(node: ts.Node, file: ts.SourceFile): AmbientRead | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const what = node.getText(file).replace(/\s|^globalThis\./g, '');
    const kind = ambientMembers[what];
    return kind && { kind, what };
  }
  if (ts.isImportSpecifier(node)) {
    const from = node.parent.parent.parent.moduleSpecifier;
    const what = `${ts.isStringLiteral(from) ? from.text : ''} ${(node.propertyName ?? node.name).text}`;
    const kind = ambientImports[what];
    return kind && { kind, what };
  }
  const isDate = (call: ts.NewExpression | ts.CallExpression) =>
    call.expression.getText(file) === 'Date';
  if (ts.isNewExpression(node) && isDate(node) && !node.arguments?.length)
    return { kind: 'time', what: 'new Date()' };
  if (ts.isCallExpression(node) && isDate(node)) return { kind: 'time', what: 'Date()' };
  return undefined;
}

function isWritableStatic(member: ts.PropertyDeclaration): boolean {
  const kinds = member.modifiers?.map((modifier) => modifier.kind) ?? [];
  return (
    kinds.includes(ts.SyntaxKind.StaticKeyword) && !kinds.includes(ts.SyntaxKind.ReadonlyKeyword)
  );
}

function isEmptyCollection(value: ts.Expression): boolean {
  if (ts.isAsExpression(value) || ts.isSatisfiesExpression(value))
    return isEmptyCollection(value.expression);
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0;
  if (ts.isObjectLiteralExpression(value)) return value.properties.length === 0;
  return (
    ts.isNewExpression(value) &&
    ts.isIdentifier(value.expression) &&
    ['Map', 'Set', 'WeakMap', 'WeakSet', 'Array'].includes(value.expression.text) &&
    !value.arguments?.length
  );
}

function parse({ path, text }: SourceFile): ts.SourceFile {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
}
