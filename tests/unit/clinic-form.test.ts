import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ClinicEdit, editClinicText, pricesOf } from '../../src/agent/clinic-form.ts';
import { parseClinic } from '../../src/agent/clinic-loader.ts';
import { type DiffLine, lineDiff } from '../../src/agent/line-diff.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';

const shipped = readFileSync(join(clinicsDirectory, 'aurora.yaml'), 'utf8');

function clinicIn(text: string) {
  const { clinic, problems } = parseClinic(text, 'aurora.yaml');
  if (!clinic) throw new Error(problems.join('\n'));
  return clinic;
}

/** The lines that an edit takes away and puts in. */
function changesBy(edit: ClinicEdit, text = shipped) {
  const after = editClinicText(text, edit) ?? '';
  const lines = lineDiff(text, after);
  const of = (kind: DiffLine['kind']) =>
    lines.flatMap((one) => (one.kind === kind ? one.text : []));
  return { after, gone: of('gone'), added: of('added') };
}

describe('a change by the form', () => {
  it('of one price changes that number and nothing else', () => {
    const price = pricesOf(clinicIn(shipped)).find(
      ({ what }) => what === 'Ultrassonografia (mama)',
    );
    expect(price).toMatchObject({ who: 'Dr. Álvaro Menezes Quintela', priceReais: 130 });
    const { after, gone, added } = changesBy({
      field: 'price',
      path: price?.path ?? [],
      value: 142.5,
    });
    expect(gone).toEqual(['          - { practitioner: alvaro-quintela, priceReais: 130 }']);
    expect(added).toEqual(['          - { practitioner: alvaro-quintela, priceReais: 142.5 }']);
    const now = pricesOf(clinicIn(after)).find(({ path }) => `${path}` === `${price?.path}`);
    expect(now?.priceReais).toBe(142.5);
  });

  it('of the hours leaves the lines that stay as they were written', () => {
    const { openingHours } = clinicIn(shipped);
    const value = [
      ...openingHours.slice(0, 1),
      { days: ['sat' as const], from: '07:00', to: '12:00' },
    ];
    const { after, gone, added } = changesBy({ field: 'openingHours', value });
    expect(gone).toEqual(['  - { days: [sat], from: "07:00", to: "13:00" }']);
    expect(added).toEqual(['  - { days: [sat], from: "07:00", to: "12:00" }']);
    expect(clinicIn(after).openingHours).toEqual(value);
  });

  it('adds a holiday of a professional behind the others, comments kept', () => {
    const { exceptions } = clinicIn(shipped);
    const holiday = {
      from: '2027-01-04',
      to: '2027-01-15',
      practitioner: 'ivan-prado',
      closed: true as const,
      note: 'férias: volta dia 18',
    };
    const { after, gone, added } = changesBy({
      field: 'exceptions',
      value: [...exceptions, holiday],
    });
    expect(gone).toEqual([]);
    expect(added).toHaveLength(1);
    expect(clinicIn(after).exceptions.at(-1)).toEqual(holiday);
    expect(after).toContain('# Fecha nos feriados nacionais');
  });

  it('takes away every exception, and puts one in where there was none', () => {
    const none = changesBy({ field: 'exceptions', value: [] });
    expect(clinicIn(none.after).exceptions).toEqual([]);
    const one = [{ from: '2026-12-30', closed: true as const }];
    const again = changesBy({ field: 'exceptions', value: one }, none.after);
    expect(clinicIn(again.after).exceptions).toEqual(one);
  });

  it('writes a part of the file that was not there', () => {
    const value = [{ date: '03-19', name: 'São José' }];
    const { after, gone } = changesBy({ field: 'municipal', value });
    expect(gone).toEqual([]);
    expect(clinicIn(after).holidays.municipal).toEqual(value);
  });

  it('of the greeting keeps the rest of the persona', () => {
    const value =
      'Olá! Aqui é a Lia, assistente virtual: “Aurora” # 24 horas. Esta ligação pode ser gravada. Se quiser uma pessoa, é só pedir para falar com uma pessoa. Como posso ajudar?';
    const before = clinicIn(shipped).persona;
    const { after } = changesBy({ field: 'greeting', value });
    expect(clinicIn(after).persona).toEqual({ ...before, greeting: value });
  });

  it.each(['{{', '- a list', 'just words'])(
    'is refused where the text is no clinic: %s',
    (text) => {
      expect(editClinicText(text, { field: 'exceptions', value: [] })).toBeUndefined();
    },
  );

  it('is refused where the path leads to no price', () => {
    const edit = (path: (string | number)[]) =>
      editClinicText(shipped, { field: 'price', path, value: 1 });
    expect(edit(['id'])).toBeUndefined();
    expect(edit(['services', 999, 'offers', 0, 'priceReais'])).toBeUndefined();
    expect(edit([])).toBeUndefined();
  });

  it('keeps a line that refers to another, and its comment', () => {
    const text =
      'a: &day { from: "2026-12-24", closed: true }\nexceptions:\n  # as every year\n  - *day # eve\n';
    const kept = { from: '2026-12-24', closed: true as const };
    const added = { from: '2026-12-31', closed: true as const };
    expect(editClinicText(text, { field: 'exceptions', value: [kept, added] })).toBe(
      `${text}  - { from: "2026-12-31", closed: true }\n`,
    );
  });

  it('is refused where something elsewhere refers to what it takes away', () => {
    const text = 'exceptions:\n  - &day { from: "2026-12-24", closed: true }\nrooms: [*day]\n';
    expect(editClinicText(text, { field: 'exceptions', value: [] })).toBeUndefined();
  });
});

describe('two texts compared', () => {
  it.each([
    ['', '', '= '],
    ['a\nb', 'a\nb', '= a|= b'],
    ['a\nb\nc', 'a\nx\nc', '= a|- b|+ x|= c'],
    ['a\nb', 'a\nb\nc', '= a|= b|+ c'],
    ['x\na\nb', 'a\nb', '- x|= a|= b'],
    ['a\na\na', 'a\na', '= a|= a|- a'],
  ])('%j and %j', (before, after, expected) => {
    const marks = { same: '=', gone: '-', added: '+' };
    const shown = lineDiff(before, after).map(({ kind, text }) => `${marks[kind]} ${text}`);
    expect(shown.join('|')).toBe(expected);
  });

  it('files that are too different and too long are told whole', () => {
    const long = (word: string) =>
      Array.from({ length: 3_000 }, (_, i) => `${word} ${i}`).join('\n');
    const lines = lineDiff(long('a'), long('b'));
    expect(lines).toHaveLength(6_000);
  });
});
