import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clinicSchema } from '../../src/agent/clinic-profile.ts';
import { defineTool, type Tool, type ToolEffect, toParameters } from '../../src/agent/tool.ts';
import { createToolbox, type ToolboxOptions } from '../../src/agent/toolbox.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { clockAt, thursdayMorning } from '../support/agent-fixtures.ts';

const clinic = clinicSchema.parse({ id: 'teste', name: 'Teste', timeZone: 'America/Fortaleza' });

/** A tool that remembers what it was given. */
function echoTool() {
  const given: unknown[] = [];
  const tool = defineTool({
    name: 'echo',
    description: 'repete',
    schema: z.strictObject({ word: z.string().max(20), times: z.number().int().optional() }),
    run(args) {
      given.push(args);
      return { outcome: 'ok', output: { ok: true, word: args.word } };
    },
  });
  return { tool, given };
}

const endCall = defineTool({
  name: 'end_call',
  description: '',
  schema: z.strictObject({}),
  run: () => ({ outcome: 'ok', output: { ok: true }, effects: [{ type: 'end-call' }] }),
});

function open(tools: Tool[], rest: Partial<ToolboxOptions> = {}) {
  const clock = clockAt(thursdayMorning);
  const metrics = createMetrics();
  const toolbox = createToolbox({
    tools,
    context: { clinic, channel: 'voice', conversationId: 'call-1', positionMs: () => 0 },
    clock,
    log: createLog('silent'),
    metrics,
    ...rest,
  });
  let calls = 0;
  const call = (name: string, args: unknown, callId?: string) => {
    calls += 1;
    return toolbox.run({
      callId: callId ?? `call_${calls}`,
      name,
      argumentsJson: typeof args === 'string' ? args : JSON.stringify(args),
    });
  };
  return { toolbox, call, clock, metrics };
}

const outputOf = ({ output }: { output: string }) => JSON.parse(output);

describe('a tool call', () => {
  it('with good arguments runs and gives its answer as JSON', async () => {
    const { tool, given } = echoTool();
    const { call, metrics } = open([tool]);
    const result = await call('echo', { word: 'olá' });
    expect(result).toMatchObject({ name: 'echo', outcome: 'ok', effects: [] });
    expect(outputOf(result)).toEqual({ ok: true, word: 'olá' });
    expect(result.arguments).toEqual({ word: 'olá' });
    expect(given).toEqual([{ word: 'olá' }]);
    expect(await metrics.render()).toMatch(/tool_calls_total\{tool="echo",outcome="ok"\} 1/);
  });

  it('repeated under its id runs once and gives the same result, also while it is running', async () => {
    const { tool, given } = echoTool();
    const { call } = open([tool]);
    const [first, second] = await Promise.all([
      call('echo', { word: 'a' }, 'same'),
      call('echo', { word: 'a' }, 'same'),
    ]);
    const third = await call('echo', { word: 'other' }, 'same');
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(given).toHaveLength(1);
  });

  it('to end the call asks for exactly that', async () => {
    const { call } = open([endCall]);
    const result = await call('end_call', '');
    expect(result.effects).toEqual([{ type: 'end-call' }]);
    expect(outputOf(result)).toEqual({ ok: true });
  });

  it.each([
    ['text that is not JSON', 'word=olá', undefined],
    ['half of a JSON', '{"word":"a', undefined],
    ['NaN', '{"word":NaN}', undefined],
    ['null', 'null', undefined],
    ['a list', '["a"]', undefined],
    ['a bare string', '"a"', undefined],
    ['no fields', '{}', 'word'],
    ['a wrong type', '{"word":7}', 'word'],
    ['a fraction for a count', '{"word":"a","times":1.5}', 'times'],
    ['a field nobody asked for', '{"word":"a","admin":true}', undefined],
    ['a poisoned prototype', '{"word":"a","__proto__":{"admin":true}}', undefined],
    ['a poisoned prototype deep inside', '{"word":{"constructor":{"prototype":{}}}}', undefined],
    ['a string that is too long', JSON.stringify({ word: 'x'.repeat(21) }), 'word'],
    ['a megabyte', JSON.stringify({ word: 'x'.repeat(1_000_000) }), undefined],
    ['sixty thousand open brackets', '['.repeat(60_000), undefined],
    ['sixty thousand nested lists', '['.repeat(30_000) + ']'.repeat(30_000), undefined],
  ])('with %s is refused at once, in Portuguese, and nothing runs', async (_, json, field) => {
    const { tool, given } = echoTool();
    const { call } = open([tool]);
    let answered = false;
    const pending = call('echo', json).then((result) => {
      answered = true;
      return result;
    });
    await Promise.resolve();
    await Promise.resolve();
    expect(answered).toBe(true);
    const result = await pending;
    expect(result.outcome).toBe('refused');
    expect(outputOf(result)).toMatchObject({ ok: false, code: 'invalid-arguments' });
    expect(outputOf(result).field).toBe(field);
    expect(outputOf(result).message).toMatch(/\p{L}{4}/u);
    expect(JSON.stringify(result).length).toBeLessThan(5_000);
    expect(given).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('with any text at all never rejects and answers JSON with “ok”', async () => {
    const { tool } = echoTool();
    const limits = { callsPerTurn: 1e9, callsPerConversation: 1e9, sameCalls: 1e9 };
    const { call } = open([tool, endCall], { limits });
    const text = fc.oneof(fc.string(), fc.json(), fc.constantFrom('{', '{}', '[]', '0'));
    await fc.assert(
      fc.asyncProperty(text, async (json) => {
        const result = await call('echo', json);
        expect(typeof outputOf(result).ok).toBe('boolean');
      }),
    );
  });

  it('for a tool that is not there is refused, whatever its name', async () => {
    const { call, metrics } = open([endCall]);
    for (const name of ['transfer_call', '__proto__', 'constructor', 'end_call\n', '']) {
      const result = await call(name, {});
      expect(outputOf(result)).toMatchObject({ ok: false, code: 'unknown-tool' });
    }
    expect(await metrics.render()).toMatch(/tool="unknown",outcome="refused"\} 5/);
  });

  it('that throws is answered without a word of what went wrong', async () => {
    const broken = defineTool({
      name: 'broken',
      description: '',
      schema: z.strictObject({}),
      run() {
        throw new Error('senha do banco: 1234');
      },
    });
    const { call } = open([broken]);
    const result = await call('broken', {});
    expect(result.outcome).toBe('failed');
    expect(outputOf(result)).toMatchObject({ ok: false, code: 'failed' });
    expect(result.output).not.toMatch(/senha/);
  });

  it('whose answer is no JSON is a failure, and one that is too long is cut to a notice', async () => {
    const tools = [
      [1n, 'circular'],
      ['x'.repeat(5_000_000), 'huge'],
    ].map(([value, name]) =>
      defineTool({
        name: String(name),
        description: '',
        schema: z.strictObject({}),
        run: () => ({ outcome: 'ok', output: { ok: true, value } }),
      }),
    );
    const { call } = open(tools);
    expect((await call('circular', {})).outcome).toBe('failed');
    const huge = await call('huge', {});
    expect(huge.output.length).toBeLessThanOrEqual(8_192);
    expect(outputOf(huge)).toMatchObject({ ok: true, code: 'output-too-large' });
  });
});

describe('a tool that takes too long', () => {
  const effect: ToolEffect = { type: 'appointment-booked', appointmentId: 'a', file: 'f' };

  function slowTool() {
    const gate: { open(): void; fail(): void } = { open: () => {}, fail: () => {} };
    const tool = defineTool({
      name: 'slow',
      description: '',
      schema: z.strictObject({}),
      run: () =>
        new Promise((resolve, reject) => {
          gate.open = () => resolve({ outcome: 'ok', output: { ok: true }, effects: [effect] });
          gate.fail = () => reject(new Error('late'));
        }),
    });
    return { tool, gate };
  }

  it('is answered with “timeout”, and its late success is reported and not lost', async () => {
    const { tool, gate } = slowTool();
    const late: unknown[] = [];
    const { call, metrics } = open([tool], {
      limits: { deadlineMs: 5 },
      onLateEffect: (found, from) => late.push([found, from]),
    });
    const result = await call('slow', {}, 'c1');
    expect(result).toMatchObject({ outcome: 'timeout', effects: [] });
    expect(outputOf(result)).toMatchObject({ ok: false, code: 'timeout' });
    gate.open();
    await expect.poll(() => late).toEqual([[effect, { callId: 'c1', name: 'slow' }]]);
    expect(await metrics.render()).toMatch(/tool="slow",outcome="late"\} 1/);
    expect(await call('slow', {}, 'c1')).toBe(result);
  });

  it('and then fails, or whose observer fails, disturbs nobody', async () => {
    for (const end of ['open', 'fail'] as const) {
      const { tool, gate } = slowTool();
      const { call } = open([tool, endCall], {
        limits: { deadlineMs: 5 },
        onLateEffect: () => {
          throw new Error('observer');
        },
      });
      expect((await call('slow', {})).outcome).toBe('timeout');
      gate[end]();
      expect((await call('end_call', {})).outcome).toBe('ok');
    }
  });

  it('does not delay the others', async () => {
    const { tool, gate } = slowTool();
    const { call } = open([tool, endCall]);
    const waiting = call('slow', {});
    expect((await call('end_call', {})).outcome).toBe('ok');
    gate.open();
    expect((await waiting).outcome).toBe('ok');
  });
});

describe('a model in a loop', () => {
  it('gets eight calls a turn, and more when the caller has spoken or a minute has passed', async () => {
    const { tool, given } = echoTool();
    const { call, toolbox, clock } = open([tool]);
    const storm = async () => {
      const results = [];
      for (let i = 0; i < 20; i += 1) results.push(await call('echo', { word: `${given.length}` }));
      return results.filter(({ outcome }) => outcome === 'ok').length;
    };
    expect(await storm()).toBe(8);
    toolbox.startTurn();
    expect(await storm()).toBe(8);
    expect(await storm()).toBe(0);
    clock.advance(60_000);
    expect(await storm()).toBe(8);
    expect(outputOf(await call('echo', { word: 'x' }))).toMatchObject({ code: 'too-many-calls' });
  });

  it('gets sixty calls a conversation, however many it makes', async () => {
    const { tool, given } = echoTool();
    const { call, toolbox } = open([tool]);
    for (let i = 0; i < 2_000; i += 1) {
      if (i % 5 === 0) toolbox.startTurn();
      await call('echo', { word: String(i) });
    }
    expect(given).toHaveLength(60);
  });

  it('may say the same thing five times, and no sixth, whatever the order of the fields', async () => {
    const { tool, given } = echoTool();
    const { call, toolbox } = open([tool]);
    const outcomes = [];
    for (let i = 0; i < 6; i += 1) {
      toolbox.startTurn();
      const same = i % 2 ? '{"word":"a","times":1}' : '{ "times": 1, "word": "a" }';
      outcomes.push((await call('echo', same)).outcome);
    }
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'refused']);
    expect((await call('echo', { word: 'b' })).outcome).toBe('ok');
    expect(given).toHaveLength(6);
  });
});

describe('what the model is told about a tool', () => {
  it('is the plain JSON Schema of its arguments', () => {
    const { tool } = echoTool();
    expect(tool.definition).toEqual({
      type: 'function',
      name: 'echo',
      description: 'repete',
      parameters: {
        type: 'object',
        properties: {
          word: { type: 'string', maxLength: 20 },
          times: expect.objectContaining({ type: 'integer' }),
        },
        required: ['word'],
        additionalProperties: false,
      },
    });
  });

  it('never holds a pattern, a format or a dialect, whatever the schema is made of', () => {
    const leaf = fc.constantFrom<z.ZodType>(
      z.email(),
      z.uuid(),
      z.iso.date(),
      z.iso.datetime(),
      z.iso.time(),
      z.url(),
      z.base64(),
      z.ipv4(),
      z.string().regex(/^a/).regex(/b$/),
      z.string().startsWith('x').endsWith('y').includes('z'),
      z.e164(),
      z.number().int(),
      z.enum(['pattern', 'format']),
      z.record(z.string().regex(/^k/), z.email()),
    );
    const tree = fc.letrec<{ node: z.ZodType }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        tie('node').map((inner) => z.array(inner)),
        tie('node').map((inner) => inner.optional()),
        tie('node').map((inner) => z.strictObject({ pattern: inner, format: z.email() })),
        fc.tuple(tie('node'), leaf).map(([a, b]) => z.union([a, b])),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (inner) => {
        const schema = z.strictObject({ pattern: inner, $schema: z.string() });
        const parameters = toParameters(schema);
        expect(Object.keys(parameters.properties ?? {})).toEqual(['pattern', '$schema']);
        expect(parameters.additionalProperties).toBe(false);
        expect(forbiddenKeys(parameters)).toEqual([]);
      }),
    );
  });
});

/** Schema keywords that must not be there; names of fields are not keywords. */
function forbiddenKeys(node: unknown, areNames = false): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    const bad = !areNames && !Array.isArray(node) && ['pattern', 'format', '$schema'].includes(key);
    const named = !areNames && ['properties', 'definitions', '$defs'].includes(key);
    return [...(bad ? [key] : []), ...forbiddenKeys(value, named)];
  });
}
