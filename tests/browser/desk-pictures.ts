import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StaffRequest } from '../../src/agent/staff-request.ts';
import { staffRequestFileName } from '../../src/agent/staff-request-record.ts';
import { createId } from '../../src/platform/id.ts';
import { staffRequest } from '../support/agent-fixtures.ts';
import type { ConsoleServer } from '../support/browser-console.ts';
import type { SignedInPerson } from '../support/console-access.ts';
import { bookAt } from '../support/desk-clinic.ts';

const dayMs = 86_400_000;

/** A Monday ahead, far enough for anything to be booked on it. */
export function mondayAhead(): string {
  const date = new Date(Date.now() + 3 * dayMs);
  while (date.getUTCDay() !== 1) date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

const people = ['Maria da Silva', 'José Carlos Lima', 'Ana Beatriz Souza', 'Francisco Alves'];

/** A day with visits, closed time and somebody who waits. */
export async function fillAgenda(_server: ConsoleServer, admin: SignedInPerson): Promise<void> {
  const day = mondayAhead();
  const list = await admin.fetch('/console/api/agenda/bookables?clinic=aurora');
  const { bookables } = (await list.json()) as { bookables: { id: string }[] };
  let booked = 0;
  for (const { id } of bookables) {
    const query = new URLSearchParams({ clinic: 'aurora', bookable: id, from: day });
    const free = await admin.fetch(`/console/api/agenda/slots?${query}`);
    const { slots } = (await free.json()) as { slots: { startMs: number }[] };
    const startMs = slots[booked % 3]?.startMs ?? slots[0]?.startMs;
    if (startMs === undefined) continue;
    const name = people[booked % people.length] ?? 'Maria da Silva';
    await bookAt(admin, { bookable: id, startMs, name, rg: '2001002003' });
    booked += 1;
    if (booked === 9) break;
  }
  const waiting = { clinic: 'aurora', bookable: bookables[0]?.id, name: 'Zé Souza' };
  await admin.fetch('/console/api/waiting', {
    method: 'POST',
    body: JSON.stringify({ ...waiting, phone: '88999997777', when: 'qualquer manhã' }),
  });
}

/** Requests as callers leave them. */
export async function fillRequests({ directory }: ConsoleServer): Promise<void> {
  const asked: Partial<StaffRequest>[] = [
    { text: 'Gostaria que me ligassem sobre o preparo do exame.' },
    { kind: 'exam-results', text: 'Hemograma e glicemia', cpf: '52998224725', isUrgent: true },
    {
      name: 'José Carlos Lima',
      text: 'Precisa de atestado da consulta de ontem.',
      taken: { by: 'u1', name: 'Rita Moura', at: new Date().toISOString() },
    },
  ];
  for (const [i, one] of asked.entries()) {
    const timestamp = new Date(Date.now() - i * 3_600_000).toISOString();
    const request = staffRequest({ id: createId(), timestamp, ...one });
    const path = join(directory, 'data', 'requests', staffRequestFileName(request));
    await writeFile(path, JSON.stringify(request));
  }
}

/** A list with people and with lines that nobody can be rung for. */
export async function fillCallLists(_server: ConsoleServer, admin: SignedInPerson): Promise<void> {
  const rows = [
    'telefone;nome;mensagem',
    '(88) 99999-0002;Maria da Silva;A clínica mudou de endereço.',
    '(88) 99999-0013;José Carlos Lima;A clínica mudou de endereço.',
    '123;Ana;A clínica mudou de endereço.',
  ];
  await admin.fetch(
    '/console/api/call-lists?clinic=aurora&kind=custom&name=Mudamos%20de%20endere%C3%A7o',
    {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: rows.join('\n'),
    },
  );
}
