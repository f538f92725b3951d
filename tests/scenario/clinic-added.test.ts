import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type {
  ClinicListView,
  ClinicProblemsView,
  NewClinicForm,
} from '../../src/console/clinic-list-view.ts';
import { type SignedInPerson, signIn } from '../support/console-access.ts';
import { newClinicForm, newClinicNumber } from '../support/new-clinic-form.ts';
import { onStage } from '../support/on-stage.ts';
import { greeted } from '../support/spoken-turn.ts';
import { openWhatsappStage, type WhatsappStage } from '../support/whatsapp-stage.ts';

const path = '/console/api/clinics';
const patient = '+5585999990001';

const add = (admin: SignedInPerson, change: Partial<NewClinicForm> = {}) =>
  admin.fetch(path, { method: 'POST', body: JSON.stringify({ form: newClinicForm(change) }) });

async function listed(admin: SignedInPerson): Promise<ClinicListView> {
  return (await (await admin.fetch(path)).json()) as ClinicListView;
}

it('a clinic that is added by a form answers the next call to its number', () =>
  onStage({}, async (stage) => {
    const admin = await signIn(stage, 'admin');
    expect((await add(admin)).status).toBe(201);
    const { call, model } = await greeted(stage, { to: '+558535550000' });
    const told = JSON.stringify(model.of('session.update').map(({ event }) => event));
    expect(told).toContain('Clínica Vida Nova');
    expect(told).not.toContain('Clínica Aurora');
    await call.hangUp();
    expect((await stage.record(call)).clinic).toBe('vida-nova');
  }));

it('a clinic that is added by a form answers WhatsApp, also after a restart, until it is taken out of service', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'alo-clinic-added-'));
  const opened: WhatsappStage[] = [];
  const open = async () => {
    const stage = await openWhatsappStage({ directory });
    opened.push(stage);
    return { stage, admin: await signIn(stage, 'admin') };
  };
  const to = newClinicNumber;
  try {
    const first = await open();
    expect((await add(first.admin)).status).toBe(201);
    const answer = await first.stage.ask(patient, 'Onde fica a clínica?', { to });
    expect(answer).toContain('Avenida Beira Rio, 10');
    await first.stage.close();

    const { stage, admin } = await open();
    const { clinics } = await listed(admin);
    expect(clinics.find(({ id }) => id === 'vida-nova')).toMatchObject({
      name: 'Clínica Vida Nova',
      isOwn: true,
      version: 1,
      telephone: { numbers: ['+558535550000', to], status: 'ready' },
      whatsapp: { number: to, status: 'ready', openConversations: 1 },
    });
    const price = await stage.ask(patient, 'Quero marcar consulta com o cardiologista', { to });
    expect(price).toMatch(/nome completo/);
    expect((await admin.fetch(`${path}/aurora/retire`, { method: 'POST' })).status).toBe(409);
    expect((await admin.fetch(`${path}/vida-nova/retire`, { method: 'POST' })).status).toBe(204);
    const before = stage.sentTo(patient).length;
    await stage.write(patient, 'Oi?', { to });
    await stage.close();

    const last = await open();
    const after = await listed(last.admin);
    expect(after.clinics.map(({ id }) => id)).not.toContain('vida-nova');
    expect(after.retired).toEqual([{ id: 'vida-nova', name: 'Clínica Vida Nova' }]);
    expect(stage.sentTo(patient)).toHaveLength(before);
    const back = await last.admin.fetch(`${path}/vida-nova/return`, { method: 'POST' });
    expect(back.status).toBe(204);
    expect(await last.stage.ask(patient, 'Onde fica a clínica?', { to })).toContain('Beira Rio');
    await last.stage.close();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 120_000);

it('numbers and ids of other clinics are refused, with the place; so is who administers only some clinics', () =>
  onStage({}, async (stage) => {
    const admin = await signIn(stage, 'admin');
    const told = async (change: Partial<NewClinicForm>) => {
      const answer = await add(admin, change);
      expect(answer.status).toBe(422);
      const { problems } = (await answer.json()) as ClinicProblemsView;
      return problems.map(({ text }) => text).join('\n');
    };
    expect(await told({ numbers: ['(88) 3543-0000'] })).toMatch(/já é de Clínica Aurora/);
    expect(await told({ whatsapp: '+558835430000' })).toMatch(/WhatsApp.*já é de Clínica Aurora/);
    expect(await told({ id: 'aurora' })).toMatch(/“aurora” já é ou já foi de outra clínica/);
    expect(await told({ name: '' })).toMatch(/name: não pode ficar vazio/);
    expect((await listed(admin)).clinics).toHaveLength(2);
    const some = await signIn(stage, 'admin', ['aurora']);
    expect((await add(some)).status).toBe(403);
    expect((await some.fetch(`${path}/estrategia/retire`, { method: 'POST' })).status).toBe(403);
    expect(await listed(some)).toMatchObject({ mayAdd: false, clinics: [{ id: 'aurora' }] });
    const staff = await signIn(stage, 'staff');
    expect((await add(staff)).status).toBe(403);
    const trail = await admin.fetch('/console/api/audit?action=clinic.create');
    const { rows } = (await trail.json()) as { rows: { user: string }[] };
    expect(rows.length).toBeGreaterThan(0);
  }));

it('a whole file is taken as well, and changed afterwards like any other', () =>
  onStage({}, async (stage) => {
    const admin = await signIn(stage, 'admin');
    const text = 'id: so-voz\nname: Só Voz\ntimeZone: America/Recife\nnumbers: ["+558130000001"]\n';
    const post = (url: string, body: object, method = 'POST') =>
      admin.fetch(url, { method, body: JSON.stringify(body) });
    expect((await post(path, { text })).status).toBe(201);
    const changed = text.replace('Só Voz', 'Só Voz Recife');
    await post(`${path}/so-voz/draft`, { revision: 0, text: changed }, 'PUT');
    expect((await post(`${path}/so-voz/publish`, { revision: 1, note: '' })).status).toBe(200);
    expect((await listed(admin)).clinics.at(-1)).toMatchObject({
      name: 'Só Voz Recife',
      version: 2,
    });
    const { versions } = (await (await admin.fetch(`${path}/so-voz/versions`)).json()) as {
      versions: { number: number }[];
    };
    expect(versions.map(({ number }) => number)).toEqual([2, 1]);
  }));
