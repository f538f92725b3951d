import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Both servers as plain JavaScript, so that neither is measured through a loader. */
export interface CompiledServers {
  product: string;
  relay: string;
}

export const project = fileURLToPath(new URL('../..', import.meta.url));

/** Where packages are found from, and what git does not see. A copy: the sources may change while calls are measured. */
const target = join(project, 'node_modules', '.cache', 'bench-calls');

/** Types are not checked here: `npm test` does that. */
export function compileServers(): CompiledServers {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  const source = join(project, 'src');
  for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    compile(join(source, path), join(target, path));
  }
  const relay = join(target, 'relay.ts');
  compile(fileURLToPath(new URL('relay.ts', import.meta.url)), relay);
  return { product: join(target, 'main.js'), relay: join(target, 'relay.js') };
}

function compile(from: string, to: string): void {
  if (from.endsWith('.d.ts')) return;
  if (from.endsWith('.ts')) {
    mkdirSync(dirname(to), { recursive: true });
    const { outputText } = ts.transpileModule(readFileSync(from, 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        rewriteRelativeImportExtensions: true,
        verbatimModuleSyntax: true,
      },
      fileName: from,
    });
    writeFileSync(to.replace(/\.ts$/, '.js'), outputText);
  } else if (/\.(ulaw|json|yaml|sql)$/.test(from)) {
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
}
