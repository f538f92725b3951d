import { expect, it } from 'vitest';
import { endReasons } from '../../src/call/call-record.ts';
import { readDocumentedNames } from './documented-names.ts';

it('docs/endings.md lists exactly the endings of a call, once each', () => {
  const documented = readDocumentedNames('endings.md').map((row) => row.name);
  expect(documented.toSorted()).toEqual([...endReasons].toSorted());
});
