import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/platform/errors.ts';
import { readDocumentedNames } from './documented-names.ts';

describe('docs/errors.md', () => {
  const rows = readDocumentedNames('errors.md');

  it('lists exactly the codes of src/platform/errors.ts, once each, in the same order', () => {
    expect(rows.map((row) => row.name)).toEqual(Object.keys(errorCodes));
  });

  it('says of each what happened and what the operator does', () => {
    for (const { name, cells } of rows) {
      expect(cells, name).toHaveLength(2);
      for (const cell of cells) expect(cell.length, name).toBeGreaterThan(20);
    }
  });
});
