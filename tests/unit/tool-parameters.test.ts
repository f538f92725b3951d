import { expect, it } from 'vitest';
import type { Tool } from '../../src/agent/tool.ts';
import { createKnownParameters } from '../../src/agent/tool-parameters.ts';

it('what a model is told of a tool’s arguments is worked out once, its description is of each conversation', () => {
  let asked = 0;
  const toolOf = (description: string): Tool => ({
    definition: {
      type: 'function',
      name: 'find_slots',
      description,
      get parameters() {
        asked += 1;
        return { type: 'object' };
      },
    },
    prepare: () => ({ accepted: false, refusal: { ok: false, code: description, message: '' } }),
  });
  const withKnown = createKnownParameters();
  const tools = ['a', 'b', 'c'].map((one) => withKnown(toolOf(one)));
  expect(tools.map(({ definition }) => definition.description)).toEqual(['a', 'b', 'c']);
  for (const { definition } of tools) expect(definition.parameters).toEqual({ type: 'object' });
  expect(asked).toBe(1);
  expect(tools[2]?.prepare({})).toMatchObject({ refusal: { code: 'c' } });
});
