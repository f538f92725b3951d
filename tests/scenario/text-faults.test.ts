import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/stage.ts';
import { openWhatsappStage, type WhatsappStage } from '../support/whatsapp-stage.ts';

/** F-48: what goes wrong between WhatsApp and us. Whatever it is, nobody gets a message twice and nobody is left without an answer. */

let stage: WhatsappStage;
beforeAll(async () => {
  stage = await openWhatsappStage({ now: '2026-11-26T10:00:00-03:00' });
});
afterAll(() => stage.close());

let people = 0;
const somebody = () => `+558899977${String(1_000 + ++people)}`;
const statesOf = async (from: string) =>
  (await stage.conversation(from)).outbox.map(({ state }) => state);

describe('trouble with the carrier', { timeout: 60_000 }, () => {
  it('too many messages at once: the reply follows a little later, once', async () => {
    const from = somebody();
    stage.rest.failNext('429');
    stage.rest.failNext('429');
    const answer = await stage.ask(from, 'bom dia');
    expect(answer).not.toBe('');
    expect(stage.sentTo(from)).toHaveLength(1);
    expect(await statesOf(from)).toEqual(['sent']);
  });

  it.each([
    ['500-after-creating', 1, 'sent'],
    ['timeout-after-creating', 1, 'sent'],
    ['reset', 0, 'unknown'],
  ] as const)(
    '%s: what may have arrived is not sent again; only a report on it settles it',
    async (fault, arrived, settled) => {
      const from = somebody();
      stage.rest.failNext(fault);
      await stage.write(from, 'bom dia');
      await until(
        async () => (await statesOf(from).catch(() => []))[0] === settled,
        'what became of the reply is known',
        30_000,
      );
      expect(stage.sentTo(from)).toHaveLength(arrived);
      await stage.ask(from, 'está aí?');
      expect(await statesOf(from)).toEqual([settled, 'sent']);
      expect(stage.sentTo(from)).toHaveLength(arrived + 1);
    },
  );

  it('a voice note that is not there yet is fetched again, and what was written after it waits for it', async () => {
    const from = somebody();
    const bytes = Buffer.from('a note that Twilio still stores');
    stage.model.teach(bytes, 'quero marcar com o cardiologista');
    const media = stage.rest.whatsapp.media as Map<string, { bytes: Buffer; contentType: string }>;
    const written = stage.write(from, '', { files: [{ bytes, contentType: 'audio/ogg' }] });
    const [path, file] = await until(() => [...media].at(-1), 'the note was kept');
    media.delete(path);
    await written;
    await stage.write(from, 'para a minha mãe');
    await until(
      async () => (await stage.conversation(from).catch(() => undefined))?.inbox.length === 2,
      'both are waiting',
    );
    media.set(path, file);
    await until(() => stage.sentTo(from).length > 0, 'the reply', 20_000);
    const said = (await stage.conversation(from)).lines.flatMap((line) =>
      line.who === 'sender' ? line.text : [],
    );
    expect(said).toEqual(['quero marcar com o cardiologista', 'para a minha mãe']);
    expect(stage.sentTo(from)).toHaveLength(1);
  });

  it('a voice note that never comes is told so, and the words after it are answered', async () => {
    const from = somebody();
    const bytes = Buffer.from('a note that was lost');
    const media = stage.rest.whatsapp.media as Map<string, unknown>;
    const written = stage.write(from, '', { files: [{ bytes, contentType: 'audio/ogg' }] });
    media.delete(await until(() => [...media.keys()].at(-1), 'the note was kept'));
    await written;
    await stage.write(from, 'bom dia');
    await until(() => stage.sentTo(from).length > 0, 'the reply', 40_000);
    const [answer] = stage.sentTo(from);
    expect(answer?.body).toMatch(/Não consegui ouvir o seu áudio/);
    expect(stage.sentTo(from)).toHaveLength(1);
  });
});
