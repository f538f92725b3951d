import { describe, expect, it } from 'vitest';
import { emergencySchema } from '../../src/agent/clinic-emergency.ts';
import { guardedInEmergency } from '../../src/agent/emergency-guard.ts';
import { createEmergencyWatch } from '../../src/agent/emergency-watch.ts';
import type { Tool } from '../../src/agent/tool.ts';
import { contextFor, shippedClinic } from '../support/agent-fixtures.ts';

const aurora = await shippedClinic('aurora');
const clinic = { emergency: emergencySchema.parse({}) };

function toolNamed(name: string): Tool {
  return {
    definition: { type: 'function', name, description: '', parameters: {} },
    prepare: (value) => ({
      accepted: true,
      arguments: value,
      run: () => Promise.resolve({ outcome: 'ok', output: { ok: true } }),
    }),
  };
}

async function use(tool: Tool) {
  const prepared = tool.prepare({});
  if (!prepared.accepted) throw new Error('not accepted');
  return (await prepared.run(contextFor(aurora))).output;
}

describe('tools while somebody may be in danger', () => {
  const names = ['confirm_appointment', 'cancel_appointment', 'hold_slots', 'end_call'];

  it.each(names)('%s waits until the sentence was heard and answered', async (name) => {
    const watch = createEmergencyWatch({ clinic, channel: 'voice' });
    const [tool] = guardedInEmergency([toolNamed(name)], watch) as [Tool];
    expect(await use(tool)).toEqual({ ok: true });
    watch.callerSaid('estou com dor no peito', 1_000);
    expect(await use(tool)).toMatchObject({ ok: false, code: 'emergency-open' });
    watch.sentenceHeard();
    expect(await use(tool)).toMatchObject({ ok: false, code: 'emergency-open' });
    watch.callerSaid('já liguei', 20_000);
    expect(await use(tool)).toEqual({ ok: true });
  });

  it.each(['leave_message', 'clinic_info', 'find_slots'])('%s does not wait', async (name) => {
    const watch = createEmergencyWatch({ clinic, channel: 'voice' });
    watch.callerSaid('estou com dor no peito', 1_000);
    const [tool] = guardedInEmergency([toolNamed(name)], watch) as [Tool];
    expect(await use(tool)).toEqual({ ok: true });
  });
});
