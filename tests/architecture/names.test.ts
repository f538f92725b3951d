import { describe, expect, it } from 'vitest';
import { findNameFaults, readSources } from './source-rules.ts';

describe('the files of src/', () => {
  it('are short and named by what they are', () => {
    const sources = readSources();
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.flatMap(findNameFaults)).toEqual([]);
  });
});

describe('a file is refused', () => {
  it.each([
    ['call/call-utils.ts', /says utils/],
    ['agent/tool-manager.ts', /says manager/],
    ['call/types.ts', /says types/],
    ['call/callRecord.ts', /kebab-case/],
    ['bridge.ts', /belongs in a folder/],
  ])('when it is called %s', (path, fault) => {
    expect(findNameFaults({ path, text: '' })).toEqual([expect.stringMatching(fault)]);
  });

  it('when it has more than 350 lines', () => {
    const text = 'x\n'.repeat(350);
    expect(findNameFaults({ path: 'call/call.ts', text })).toEqual([]);
    expect(findNameFaults({ path: 'call/call.ts', text: `${text}x\n` })).toHaveLength(1);
  });
});

it('a good name is not refused for a part of a word', () => {
  expect(findNameFaults({ path: 'call/prototypes.ts', text: '' })).toEqual([]);
});
