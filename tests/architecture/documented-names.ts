import { readFileSync } from 'node:fs';

/** A row of a Markdown table whose first cell is one `code word`; `cells` are the others. */
export interface DocumentedName {
  name: string;
  cells: string[];
}

/** The rows of every table in a page of `docs/` whose first cell is one code word. */
export function readDocumentedNames(page: string): DocumentedName[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^\|\s*`([^`|]+)`\s*\|(.*)\|\s*$/gm)].map(([, name, rest]) => ({
    name: name ?? '',
    cells: (rest ?? '').split('|').map((cell) => cell.trim()),
  }));
}
