import { describe, expect, it } from 'vitest';
import { readCallListCsv } from '../../src/call/call-list-csv.ts';

const read = (text: string | Uint8Array) =>
  readCallListCsv(typeof text === 'string' ? Buffer.from(text) : text);
const row = (line: number, more: object) => ({
  line,
  phone: '',
  name: '',
  message: '',
  appointment: '',
  ...more,
});

describe('a file of people', () => {
  it.each([
    ['commas', 'telefone,nome,mensagem\n88999990001,José,"Olá, tudo bem?"\n'],
    ['semicolons', 'telefone;nome;mensagem\r\n88999990001;José;Olá, tudo bem?\r\n'],
    ['tabs', 'Telefone\tNome\tMensagem\n88999990001\tJosé\tOlá, tudo bem?\n'],
    ['other words for the same', 'Paciente;Motivo;CELULAR\nJosé;Olá, tudo bem?;88999990001\n'],
    ['columns that mean nothing', 'sala;telefone;nome;mensagem\n3;88999990001;José;Olá, tudo bem?'],
  ])('with %s is read', (_, text) => {
    const rows = [row(2, { phone: '88999990001', name: 'José', message: 'Olá, tudo bem?' })];
    expect(read(text)).toEqual({ outcome: 'read', rows });
  });

  const text = 'telefone;nome\n88999990001;João Conceição\n';
  it.each([
    ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`)],
    ['Windows-1252', Buffer.from(text, 'latin1')],
    ['UTF-16 with its mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('in %s keeps its accents', (_, bytes) => {
    const rows = [row(2, { phone: '88999990001', name: 'João Conceição' })];
    expect(read(bytes)).toEqual({ outcome: 'read', rows });
  });

  it('counts lines as an editor does, empty ones and lines with breaks too', () => {
    const file = 'telefone,mensagem\n\n1,a\n,\n2,"b\nc"\n3,d\n';
    const answer = read(file);
    expect(
      answer.outcome === 'read' && answer.rows.map(({ line, phone }) => [line, phone]),
    ).toEqual([
      [3, '1'],
      [6, '2'],
      [7, '3'],
    ]);
  });

  it('with a quotation mark in a name is read', () => {
    const answer = read('telefone;nome\n1;Ana "Aninha" Dias\n2;Bia\n');
    expect(answer).toMatchObject({ rows: [{ name: 'Ana "Aninha" Dias' }, { name: 'Bia' }] });
  });

  it.each([
    ['has no column that says whom to ring', 'nome\nAna\n', 'invalid-csv'],
    ['is empty', '', 'invalid-csv'],
    ['has only headers', 'telefone;nome\n', 'no-rows'],
    ['opens a quotation and never closes it', 'telefone,nome\n1,"Ana\n2,Bia\n', 'invalid-csv'],
    ['has a line without end', `telefone,nome\n1,${'a'.repeat(5_000)}\n`, 'invalid-csv'],
    ['is too long', `telefone\n${'88999990001\n'.repeat(5_001)}`, 'too-many-rows'],
    ['is a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255]), 'invalid-csv'],
  ])('that %s is refused whole', (_, file, code) => {
    expect(read(file)).toMatchObject({ outcome: 'refused', code });
  });

  it('of five thousand lines is read', () => {
    const answer = read(`telefone\n${'88999990001\n'.repeat(5_000)}`);
    expect(answer.outcome === 'read' && answer.rows.length).toBe(5_000);
  });

  it('whose header is called like something of the language is no trouble', () => {
    expect(read('telefone;__proto__;constructor\n1;x;y\n')).toEqual({
      outcome: 'read',
      rows: [row(2, { phone: '1' })],
    });
  });
});
