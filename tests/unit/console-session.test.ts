import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../support/console-access.ts';
import { openStage, type Stage } from '../support/stage.ts';

describe('a person at the console', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('signs in, is known, and signs out; then the cookie is worth nothing', async () => {
    const person = await signIn(stage, 'staff', ['aurora']);
    const view = await person.fetch('/console/api/session');
    expect(view.status).toBe(200);
    expect(await view.json()).toMatchObject({
      userId: person.userId,
      login: person.login,
      role: 'staff',
      clinics: [{ id: 'aurora', name: 'Clínica Aurora', timeZone: 'America/Fortaleza' }],
      mustChangePassword: false,
      idleMs: 900_000,
    });
    const out = await person.fetch('/console/api/session', { method: 'DELETE' });
    expect(out.status).toBe(204);
    expect((await person.fetch('/console/api/session')).status).toBe(401);
  });
});
