import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  emptyConversation,
  type HeldVisit,
  type OfferedSlot,
} from '../../src/agent/conversation-state.ts';
import { transferBriefing } from '../../src/agent/transfer-briefing.ts';
import { findTransfer, transferDestinations } from '../../src/agent/transfer-destination.ts';
import { attendanceOf } from '../../src/agent/transfer-hours.ts';
import {
  afterTransferEvent,
  staffReplyEvent,
  type TransferAttempt,
  type TransferEvent,
} from '../../src/agent/transfer-outcome.ts';
import { planTransfer } from '../../src/agent/transfer-plan.ts';
import { transferSchema } from '../../src/agent/transfer-setting.ts';
import { appointment, shippedClinic, staffRequest } from '../support/agent-fixtures.ts';

const aurora = await shippedClinic('aurora');
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

const reception = transferSchema.parse({
  id: 'recepcao',
  name: 'Recepção',
  number: '+558835430001',
});
const finance = transferSchema.parse({
  id: 'financeiro',
  name: 'Financeiro',
  number: '+558835430002',
  aliases: ['contas', 'boleto', 'nota fiscal'],
  kind: 'warm',
  hours: [{ days: [...weekdays], from: '14:00', to: '17:00' }],
});
const laboratory = transferSchema.parse({
  id: 'laboratorio',
  name: 'Laboratório da sala 204',
  number: '+558835430003',
});
const onCall = transferSchema.parse({
  id: 'plantao',
  name: 'Plantão da enfermagem',
  number: '+558835430004',
  hours: [{ days: [...weekdays, 'sat', 'sun'], from: '00:00', to: '23:59' }],
  onHolidays: true,
});
const clinic = { ...aurora, transfers: [reception, finance, laboratory, onCall] };

describe('whom a caller wants to speak with', () => {
  it.each([
    ['recepcao', 'recepcao'],
    ['Recepção', 'recepcao'],
    ['quero falar com a recepção', 'recepcao'],
    ['me passa pra atendente, por favor', 'recepcao'],
    ['quero falar com uma pessoa', 'recepcao'],
    ['quero um ser humano', 'recepcao'],
    ['financeiro', 'financeiro'],
    ['pode me transferir para o setor financeiro', 'financeiro'],
    ['é sobre um boleto', 'financeiro'],
    ['preciso da nota fiscal', 'financeiro'],
    ['o laboratório da sala 204', 'laboratorio'],
    ['plantão da enfermagem', 'plantao'],
  ])('by “%s” is %s', (words, id) => {
    expect(findTransfer(words, clinic)).toMatchObject({ outcome: 'found', destination: { id } });
  });

  it.each([
    'transfira para +55 11 99999-8888',
    'me passa para o 88 99999 8888',
    'liga para o oito oito nove nove nove',
    'me transfere pro 190',
    'transfere pro cento e noventa e dois',
    'um nove dois',
    'recepção no número 11999998888',
    'zero oitocentos sete dois dois',
    '+558835430002',
  ])('is nobody by the number in “%s”', (words) => {
    expect(findTransfer(words, clinic).outcome).toBe('number-refused');
  });

  it('is nobody by any number of eight digits, however it is written', () => {
    const digit = fc.constantFrom(...'0123456789');
    const written = fc.tuple(
      fc.array(digit, { minLength: 8, maxLength: 13 }),
      fc.constantFrom('', ' ', '-', '.'),
    );
    fc.assert(
      fc.property(
        written,
        fc.constantFrom('', 'recepção ', 'financeiro '),
        ([digits, sign], who) => {
          expect(findTransfer(`${who}${digits.join(sign)}`, clinic).outcome).toBe('number-refused');
        },
      ),
    );
  });

  it('is asked back when it is unknown or could be several', () => {
    expect(findTransfer('quero falar com o prefeito', clinic).outcome).toBe('unknown');
    const two = {
      ...clinic,
      transfers: [
        transferSchema.parse({ id: 'ana-lima', name: 'Ana Lima', number: '+558835430005' }),
        transferSchema.parse({ id: 'ana-melo', name: 'Ana Melo', number: '+558835430006' }),
      ],
    };
    const found = findTransfer('quero falar com a Ana', two);
    expect(found).toMatchObject({
      outcome: 'ambiguous',
      options: [{ id: 'ana-lima' }, { id: 'ana-melo' }],
    });
    expect(findTransfer('Ana Melo', two)).toMatchObject({ destination: { id: 'ana-melo' } });
  });

  it('can always be the reception, once, where the clinic has one', () => {
    const ids = (of: Parameters<typeof transferDestinations>[0]) =>
      transferDestinations(of).map(({ id }) => id);
    expect(ids(clinic)).toEqual(['recepcao', 'financeiro', 'laboratorio', 'plantao']);
    expect(ids({ transfers: [finance], reception: '+558835430001' })).toEqual([
      'financeiro',
      'recepcao',
    ]);
    expect(ids({ transfers: [] })).toEqual([]);
    expect(findTransfer('recepção', { transfers: [] })).toEqual({
      outcome: 'unknown',
      options: [],
    });
  });
});

/** On the clinic's wall clock. Thursday 2026-11-26 is a working day in Aurora, 2026-12-25 a holiday. */
const at = (iso: string) => Temporal.PlainDateTime.from(iso).toZonedDateTime(clinic.timeZone);

describe('a destination', () => {
  it('without hours of its own is answered when the clinic is open', () => {
    expect(attendanceOf(reception, clinic, at('2026-11-26T10:00'))).toEqual({ open: true });
    expect(attendanceOf(reception, clinic, at('2026-11-26T18:00'))).toMatchObject({ open: false });
    expect(attendanceOf(reception, clinic, at('2026-12-25T10:00'))).toMatchObject({ open: false });
  });

  it('with hours of its own is answered in these, from the first minute to the last', () => {
    const is = (time: string) => attendanceOf(finance, clinic, at(time)).open;
    expect(['13:59', '14:00', '16:59', '17:00'].map((time) => is(`2026-11-26T${time}`))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('is closed on holidays and when the clinic closes early, unless it is on call', () => {
    expect(attendanceOf(finance, clinic, at('2026-12-25T15:00')).open).toBe(false);
    expect(attendanceOf(finance, clinic, at('2026-12-24T15:00')).open).toBe(false);
    expect(attendanceOf(onCall, clinic, at('2026-12-25T03:00')).open).toBe(true);
  });

  it('tells when it is answered again', () => {
    const opens = (time: string) => attendanceOf(finance, clinic, at(time));
    expect(opens('2026-11-26T09:00')).toEqual({ open: false, opens: 'hoje, às duas da tarde' });
    expect(opens('2026-11-27T18:00')).toEqual({
      open: false,
      opens: 'segunda-feira, dia trinta de novembro, às duas da tarde',
    });
  });

  it('of a clinic that never wrote down its hours is rung at any time', () => {
    const unknown = { ...clinic, openingHours: [] };
    expect(attendanceOf(reception, unknown, at('2026-11-26T03:00'))).toEqual({ open: true });
  });
});

describe('a wish to be put through', () => {
  const morning = at('2026-11-26T10:00');

  it('is dialled to the number in the clinic’s file and to no other', () => {
    const plan = planTransfer('quero falar com a recepção', clinic, morning);
    expect(plan).toMatchObject({ outcome: 'dial', destination: { number: '+558835430001' } });
  });

  it('outside hours is answered with what can be done instead', () => {
    const plan = planTransfer('financeiro', clinic, morning);
    expect(plan).toMatchObject({ outcome: 'closed', alternatives: ['message', 'call-back'] });
    expect(plan.say).toBe(
      'Financeiro: não há atendimento agora. O atendimento volta hoje, às duas da tarde. Posso anotar um recado ou pedir que liguem de volta. O que prefere?',
    );
  });

  it('with a number in it is refused and shown who can be called, without any number', () => {
    const plan = planTransfer('passa para 11 99999 8888', clinic, morning);
    expect(plan).toMatchObject({
      outcome: 'number-refused',
      options: expect.arrayContaining(['Recepção']),
    });
    expect(plan.say).not.toMatch(/99999|\+55/);
  });

  it('where nobody can be called ends in a message', () => {
    const nobody = { ...clinic, transfers: [], reception: undefined };
    expect(planTransfer('recepção', nobody, morning).say).toContain('recado');
  });
});

describe('what staff hear before they take a call', () => {
  const base = {
    reason: 'asked-for-person',
    timeZone: aurora.timeZone,
    currentYear: 2026,
  } as const;
  const longestCharacters = 15 * 14;

  it('says so when nothing is known', () => {
    expect(transferBriefing({ ...base, state: emptyConversation() })).toBe(
      'Ligação de quem não disse o nome. Pediu para falar com uma pessoa. Identidade não confirmada.',
    );
  });

  it('names the caller, the patient and what was done, the latest first', () => {
    const state = emptyConversation();
    const booked = appointment({ patient: { ...appointment().patient, name: 'João de Souza' } });
    state.deeds.push({ type: 'request-recorded', request: staffRequest() });
    state.deeds.push({ type: 'booked', appointment: booked });
    expect(transferBriefing({ ...base, state })).toBe(
      'Ligação de Maria de Souza, sobre João de Souza. Pediu para falar com uma pessoa. Marcou: Mamografia, segunda-feira, dia trinta de novembro, às duas da tarde. Deixou um pedido para a equipe.',
    );
  });

  it('tells what is held and not confirmed before anything else that was done', () => {
    const state = emptyConversation();
    const startMs = Date.parse('2026-11-30T17:00:00Z');
    state.hold = {
      items: [{ bookable: { serviceName: 'Ultrassom' }, startMs } as OfferedSlot],
    } as unknown as HeldVisit;
    expect(transferBriefing({ ...base, reason: 'agent-stuck', state })).toContain(
      'A assistente não conseguiu resolver. Guardado e ainda não confirmado: Ultrassom, segunda-feira, dia trinta de novembro, às duas da tarde.',
    );
  });

  it('says what was asked about, and that a code proved who it is', () => {
    const state = emptyConversation();
    state.offers.set('t', { bookable: { serviceName: 'Raio X' } } as OfferedSlot);
    state.verifiedPatients.add('k');
    expect(transferBriefing({ ...base, state })).toMatch(
      /Perguntou por Raio X. Identidade confirmada/,
    );
  });

  it('never speaks longer than fifteen seconds, nor the digits and signs of a made-up name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ maxLength: 200 }),
        (name, service) => {
          const state = emptyConversation();
          const items = appointment().items.map((item) => ({ ...item, service }));
          const deed = appointment({ clientName: name, service, items });
          for (const type of ['booked', 'cancelled'] as const)
            state.deeds.push({ type, appointment: deed });
          const told = transferBriefing({ ...base, state });
          expect(told.length).toBeLessThanOrEqual(longestCharacters);
          expect(told.split(' Pediu ')[0]).not.toMatch(/[\d<>{}\p{C}]/u);
        },
      ),
    );
  });
});

const attempt = (rest: Partial<TransferAttempt> = {}): TransferAttempt => ({
  destination: finance,
  staffAsked: 1,
  failedBefore: 0,
  ...rest,
});

describe('an attempt to put a caller through', () => {
  it('joins them at once when it is cold, and after an acceptance when it is warm', () => {
    expect(afterTransferEvent(attempt({ destination: reception }), 'answered')).toEqual({
      next: 'bridge',
    });
    expect(afterTransferEvent(attempt(), 'answered')).toEqual({ next: 'brief-staff' });
    expect(afterTransferEvent(attempt(), 'accepted')).toEqual({ next: 'bridge' });
  });

  it.each([
    ['declined', ['message', 'call-back']],
    ['voicemail', ['message', 'call-back']],
    ['busy', ['try-again', 'message', 'call-back']],
    ['no-answer', ['try-again', 'message', 'call-back']],
    ['failed', ['try-again', 'message', 'call-back']],
  ] as const)(
    'that is %s gives the caller back, who hears why and what can be done',
    (event, alternatives) => {
      const step = afterTransferEvent(attempt(), event);
      expect(step).toMatchObject({ next: 'back-to-agent', alternatives });
      expect(step).toHaveProperty(
        'say',
        expect.stringMatching(/^Financeiro: .*recado.*O que prefere\?$/),
      );
    },
  );

  it('is not offered a third time', () => {
    const step = afterTransferEvent(attempt({ failedBefore: 1 }), 'busy');
    expect(step).toMatchObject({ alternatives: ['message', 'call-back'] });
  });

  it('asks who mumbles once more and then gives the caller back', () => {
    expect(afterTransferEvent(attempt(), 'unclear').next).toBe('ask-staff-again');
    expect(afterTransferEvent(attempt({ staffAsked: 2 }), 'unclear').next).toBe('back-to-agent');
  });

  it('ends with the caller who hangs up', () => {
    expect(afterTransferEvent(attempt(), 'caller-left')).toEqual({ next: 'hang-up-staff' });
  });

  it('never joins a warm call that nobody accepted', () => {
    const events: TransferEvent[] = [
      'answered',
      'declined',
      'unclear',
      'busy',
      'no-answer',
      'voicemail',
      'failed',
      'caller-left',
    ];
    for (const event of events)
      for (const staffAsked of [0, 1, 2, 3])
        expect(afterTransferEvent(attempt({ staffAsked }), event).next).not.toBe('bridge');
  });
});

describe('the answer of the person called', () => {
  it.each([
    [{ key: '1' }, 'accepted'],
    [{ key: '1', words: 'não' }, 'accepted'],
    [{ words: 'sim' }, 'accepted'],
    [{ words: 'Pode passar' }, 'accepted'],
    [{ words: 'Ok, pode mandar' }, 'accepted'],
    [{ key: '2' }, 'declined'],
    [{ words: 'agora não' }, 'declined'],
    [{ words: 'não posso, estou em atendimento' }, 'declined'],
    [{ words: 'peça para ligar mais tarde, estou ocupada' }, 'declined'],
    [{ words: 'Sua chamada será encaminhada para a caixa postal' }, 'voicemail'],
    [{ words: 'Sim, deixe seu recado após o sinal' }, 'voicemail'],
    [{ words: 'sim', answeredBy: 'machine' }, 'voicemail'],
    [{ words: 'alô?' }, 'unclear'],
    [{ words: 'sim?' }, 'unclear'],
    [{ words: 'Clínica Aurora, bom dia' }, 'unclear'],
    [{ words: 'sim eu disse para ela que viesse amanhã' }, 'unclear'],
    [{ words: 'pode falar' }, 'unclear'],
    [{ key: '9' }, 'unclear'],
    [{}, 'unclear'],
  ] as const)('%j → %s', (reply, event) => {
    expect(staffReplyEvent(reply)).toBe(event);
  });
});

describe('a transfer in the clinic’s file', () => {
  it('is cold and follows the clinic’s hours unless it says otherwise', () => {
    expect(reception).toMatchObject({ kind: 'cold', aliases: [], onHolidays: false });
    expect(reception.hours).toBeUndefined();
  });

  it.each([
    ['190', { number: '190' }],
    [
      'hours that end before they begin',
      { hours: [{ days: ['mon'], from: '14:00', to: '08:00' }] },
    ],
    ['a way we do not know', { kind: 'blind' }],
  ])('is refused with %s', (_, rest) => {
    const value = { id: 'recepcao', name: 'Recepção', number: '+558835430001', ...rest };
    expect(transferSchema.safeParse(value).success).toBe(false);
  });
});
