import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWindowOpen, splitText, withDatePictures } from '../../src/messaging/whatsapp-text.ts';

const sentence = 'A consulta com a Dra. Beatriz custa R$ 250,00 e dura meia hora.';

describe('a long reply as messages', () => {
  it('4,000 characters are cut between sentences, within the limit, in order', () => {
    const text = Array.from({ length: 65 }, (_, n) => `${n}. ${sentence}`)
      .join(' ')
      .slice(0, 4_000);
    const parts = splitText(text, 1_600);
    expect(parts.length).toBe(3);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(1_600);
    for (const part of parts.slice(0, -1)) expect(part).toMatch(/hora\.$/);
    expect(parts.join(' ')).toBe(text.trim());
  });

  it('“Dra.” ends no sentence', () => {
    const text = `${'Temos vaga na segunda. '.repeat(4)}Quem atende é a Dra. Beatriz Sales.`;
    const [first] = splitText(text, text.length - 15);
    expect(first).toMatch(/segunda\.$/);
  });

  it('a paragraph goes before a sentence, a sentence before a word', () => {
    expect(splitText('Um parágrafo inteiro aqui.\n\nOutro. Mais um que é longo.', 45)).toEqual([
      'Um parágrafo inteiro aqui.',
      'Outro. Mais um que é longo.',
    ]);
    expect(splitText('palavras sem fim nem ponto nenhum aqui', 20)).toEqual([
      'palavras sem fim nem',
      'ponto nenhum aqui',
    ]);
  });

  it('nothing is lost, nothing is too long, no character is cut in half', () => {
    const words = fc.array(
      fc.constantFrom('oi', 'consulta', '👩🏽', 'R$ 250.', 'não?', '\n\n', 'x'.repeat(90)),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 400 }), (list, limit) => {
        const text = list.join(' ');
        const parts = splitText(text, limit);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(limit);
          expect(Buffer.from(part).toString()).toBe(part);
        }
        expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});

describe('pictures', () => {
  it('stand by dates and times', () => {
    expect(withDatePictures('Tenho terça-feira, 01/12, às 14:00, ou sábado, 05/12/2026.')).toBe(
      'Tenho 📅 terça-feira, 01/12, 🕐 às 14:00, ou 📅 sábado, 05/12/2026.',
    );
  });

  it('of the model elsewhere are taken out; those by a date stay as they are', () => {
    expect(withDatePictures('Olá! 😊 Que bom 👍🏽 ter você aqui.')).toBe(
      'Olá! Que bom ter você aqui.',
    );
    expect(withDatePictures('📅 terça-feira, 01/12, 🕐 às 14:00')).toBe(
      '📅 terça-feira, 01/12, 🕐 às 14:00',
    );
  });

  it('digits, numbers and protocols are left alone', () => {
    const text = 'O protocolo é 33645203. R$ 250. RG 2001002003; nascimento em 12/03/1985.';
    expect(withDatePictures(text)).toBe(text);
  });
});

describe('the 24 hours in which free text is taken', () => {
  const hourMs = 3_600_000;
  it.each([
    ['never wrote', null, false],
    ['just wrote', 100 * hourMs, true],
    ['23 hours ago', 77 * hourMs, true],
    ['24 hours ago', 76 * hourMs, false],
  ])('%s', (_, heardAtMs, isOpen) => {
    expect(isWindowOpen(heardAtMs, 100 * hourMs)).toBe(isOpen);
  });
});
