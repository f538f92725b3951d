import { expect, it } from 'vitest';
import type { ClinicView } from '../../src/console/clinic-view.ts';
import { signIn } from '../support/console-access.ts';
import { onStage } from '../support/on-stage.ts';
import { greeted } from '../support/spoken-turn.ts';

/** Who the model is told to be, each time it is told. */
function namesTold(updates: readonly { event: { session?: unknown } }[]): string[] {
  return updates.map(({ event }) => {
    const { instructions = '' } = (event.session ?? {}) as { instructions?: string };
    return /Lia|Cida/.exec(instructions)?.[0] ?? '';
  });
}

it('a clinic that is published counts for the next call; the one that is live keeps what it began with', () =>
  onStage({}, async (stage) => {
    const admin = await signIn(stage, 'admin');
    const path = '/console/api/clinics/aurora';
    const before = await greeted(stage);
    const view = (await (await admin.fetch(path)).json()) as ClinicView;
    const text = view.text.replaceAll('Lia', 'Cida');
    const draft = { method: 'PUT', body: JSON.stringify({ revision: 0, text }) };
    expect((await admin.fetch(`${path}/draft`, draft)).status).toBe(200);
    const publish = { method: 'POST', body: JSON.stringify({ revision: 1, note: '' }) };
    expect((await admin.fetch(`${path}/publish`, publish)).status).toBe(200);
    const after = await greeted(stage);
    expect(namesTold(before.model.of('session.update'))).toEqual(['Lia']);
    expect(namesTold(after.model.of('session.update'))).toEqual(['Cida']);
    await before.call.hangUp();
    await after.call.hangUp();
  }));
