import { afterAll, beforeAll, expect, it } from 'vitest';
import * as patients from '../../src/sandbox/patient-scripts.ts';
import { bookBefore, openSandboxStage, type SandboxStage } from '../support/sandbox-stage.ts';
import { apiKey, until } from '../support/stage.ts';

/** Without any account: the rule-based receptionist rings a patient of the agenda, and is rung by one who had enough. */

const booked = '+5588999992001';
const annoyed = '+5588999992002';
/** Real conversations of about a minute. */
const atLeisure = { timeout: 180_000, retry: 0 };
const tellingMs = 120_000;

let stage: SandboxStage;
beforeAll(async () => {
  const patient = {
    patient_name: 'Marina Duarte Lima',
    birth_date: '12/03/1985',
    rg: '2001002003',
  };
  stage = await openSandboxStage({
    now: '2026-11-26T10:00:00-03:00',
    env: { API_KEY: apiKey },
    prepare: (storage, clock, clinic) =>
      bookBefore({ storage, clock, clinic, from: booked, service: 'dermatologista', patient }),
  });
}, 60_000);
afterAll(() => stage.close());

interface ListView {
  id: string;
  state: string;
  rows: { state: string; answer?: string; result?: string }[];
}

async function ask(path: string, body?: object): Promise<ListView> {
  const answer = await fetch(`${stage.url}/api/v1/call-lists${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as ListView;
}

it(
  'a list of the agenda is rung, and the answer stands in list and agenda',
  atLeisure,
  async () => {
    const [before] = await stage.appointments();
    const list = await ask('', { from: 'agenda', day: before?.day, kind: 'confirm' });
    expect(list.rows).toHaveLength(1);
    await ask(`/${list.id}/resume`, {});
    const done = await until(
      async () => {
        const now = await ask(`/${list.id}`);
        return now.state === 'done' ? now : undefined;
      },
      'the list is done',
      tellingMs,
    );
    expect(done.rows).toMatchObject([{ state: 'ended', result: 'answered', answer: 'confirmed' }]);
    const [after] = await stage.appointments();
    expect(after).toMatchObject({ status: 'booked', confirmation: { answer: 'confirmed' } });
  },
);

it('a caller who wants no more calls is not rung by any list', atLeisure, async () => {
  const record = await stage.call(patients.stopCallsScript, { from: annoyed });
  expect(record.tools.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'stop_calls refused',
    'stop_calls ok',
    'end_call ok',
  ]);
  expect(record.summary).toContain('Pediu para não receber mais ligações');
  const refused = await fetch(`${stage.url}/make-call`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to: annoyed }),
  });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ error: { code: 'opted-out' } });
});
