import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  const product = compileProduct();
  return { product, relay: compileBeside(new URL('relay.ts', import.meta.url)) };
}

/** The product and the floor of its webhooks. */
export function compileMessageServers(): { product: string; plainWebhook: string } {
  const product = compileProduct();
  const plain = new URL('../messages/plain-webhook.ts', import.meta.url);
  return { product, plainWebhook: compileBeside(plain) };
}

function compileProduct(): string {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  const source = join(project, 'src');
  for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    compile(join(source, path), join(target, path));
  }
  return join(target, 'main.js');
}

function compileBeside(source: URL): string {
  const file = fileURLToPath(source);
  const to = join(target, basename(file));
  compile(file, to);
  return to.replace(/\.ts$/, '.js');
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
